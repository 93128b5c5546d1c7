// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/daemon_verbs.hpp"
#include "cli/json.hpp"
#include "cli/load/clock.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/load/job_maker.hpp"
#include "cli/load/statistics_report.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

constexpr const char* kClearScreen = "\x1b[H\x1b[2J";

struct PsOptions {
  std::string socket;
  bool costs = false, watch = false;
};

Result<ordered_json> ask(const client::Connection& connection, const char* what) {
  const std::string answer =
      GN_TRY(load::ask(connection, std::string(R"({"about": ")") + what + "\"}"));
  auto parsed = ordered_json::parse(answer, nullptr, false);
  if (!parsed.is_object())
    return make_error(EPROTO, "QUERY %s: the daemon's answer is no JSON object", what);
  return parsed;
}

Result<load::Statistics> ask_statistics(const client::Connection& connection) {
  load::Statistics statistics{GN_TRY(ask(connection, "statistics")), load::now_ns()};
  return statistics;
}

Result<void> show(const client::Connection& connection, const PsOptions& options, bool json,
                  const load::Statistics& now, const load::Statistics* before) {
  if (json) {
    ordered_json told = now.json;
    if (options.costs) told.update(GN_TRY(ask(connection, "costs")));
    return print(to_text(told));
  }
  std::string text = GN_TRY(load::statistics_text(now, before));
  if (options.costs) {
    const ordered_json costs = GN_TRY(ask(connection, "costs"));
    text += "\n" + GN_TRY(load::costs_text(costs));
  }
  const bool redraws = options.watch && isatty(STDOUT_FILENO) != 0;
  return print((redraws ? kClearScreen : "") + text + (options.watch && !redraws ? "\n" : ""));
}

Result<ExitStatus> list(const PsOptions& options, const Invocation& invocation) {
  const load::Reached daemon = GN_TRY(load::reach_running(options.socket));
  load::Statistics now = GN_TRY(ask_statistics(daemon.connection));
  GN_TRY(show(daemon.connection, options, invocation.json, now, nullptr));
  while (options.watch) {
    load::sleep_until(load::now_ns() + load::kSecond_ns);
    const load::Statistics before = std::exchange(now, GN_TRY(ask_statistics(daemon.connection)));
    GN_TRY(show(daemon.connection, options, invocation.json, now, &before));
  }
  return kDone;
}

constexpr const char* kFooter =
    "Of other users only root sees more than the sums. This program is one of the contexts.\n"
    "Examples:\n"
    "  geoneuron ps\n"
    "  geoneuron ps --watch --costs\n"
    "  geoneuron ps --json --socket /tmp/geoneuron.socket";

}  // namespace

void add_ps_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<PsOptions>();
  CLI::App* verb = app.add_subcommand(
      "ps", "Tell who uses a daemon that runs: contexts, classes, queues, device time");
  verb->add_flag("--costs", options->costs, "And what jobs are predicted to take");
  verb->add_flag("--watch", options->watch, "Again each second, with rates, until Ctrl-C");
  verb->add_option("--socket", options->socket, "The daemon (default: where libgeoneuron looks)")
      ->type_name("PATH");
  verb->add_flag("--json", invocation.json, "Print the result as JSON, for machines");
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return list(*options, invocation); }; });
}

}  // namespace geoneuron::cli
