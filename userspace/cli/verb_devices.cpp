// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/device_report.hpp"
#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

Result<ExitStatus> list(const Invocation& invocation) {
  const DeviceOverview overview = device_overview();
  GN_TRY(print(invocation.json ? to_text(to_json(overview)) : to_text(overview)));
  return kDone;
}

}  // namespace

void add_devices_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "devices", "List what this machine can run networks on, and which of it `auto` takes");
  add_json_option(*verb, invocation);
  verb->footer("Examples:\n  geoneuron devices\n  geoneuron devices --json");
  verb->callback([&] { invocation.action = [&] { return list(invocation); }; });
}

}  // namespace geoneuron::cli
