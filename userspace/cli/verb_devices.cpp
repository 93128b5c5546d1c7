// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/device_report.hpp"
#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/question.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

Result<ExitStatus> list(const SessionOptions& options, const Invocation& invocation) {
  const auto link = GN_TRY(DaemonLink::connect(options));
  const DeviceList devices = GN_TRY(list_devices(*link));
  GN_TRY(print(invocation.json ? to_text(to_json(devices)) : to_text(devices)));
  return kDone;
}

}  // namespace

void add_devices_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "devices", "List what this machine can run networks on, and which of it `auto` takes");
  const auto options = std::make_shared<SessionOptions>();
  add_socket_option(*verb, *options);
  add_json_option(*verb, invocation);
  verb->footer("Examples:\n  geoneuron devices\n  geoneuron devices --json");
  verb->callback(
      [&, options] { invocation.action = [&, options] { return list(*options, invocation); }; });
}

}  // namespace geoneuron::cli
