// SPDX-License-Identifier: MIT
#include "simulator/program.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/printable.hpp"
#include "simulator/verb.hpp"

namespace geoneuron::simulator {
namespace {

enum ExitStatus : int { kDone = 0, kFailed = 1, kUsage = 2 };

void add_verbs(CLI::App& app, Invocation& invocation) {
  app.set_version_flag("--version", "geoneuron-sim " GEONEURON_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.footer("`geoneuron-sim VERB --help` tells everything about one verb.");
  add_compare_verb(app, invocation);
  add_flowshop_verb(app, invocation);
  add_instance_verb(app, invocation);
  add_tardiness_verb(app, invocation);
  add_trace_verb(app, invocation);
  for (CLI::App* verb : app.get_subcommands(nullptr)) verb->group("Verbs");
}

void note(const std::string& sentence) {
  std::fprintf(stderr, "geoneuron-sim: %s\n", printable(sentence).c_str());
}

int usage_status(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {  // --help and --version
    app.exit(error);
    return print("").has_value() ? kDone : kFailed;
  }
  note(error.what());
  const auto chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
  std::fprintf(stderr, "Run `geoneuron-sim%s --help` for what may be given.\n", verb.c_str());
  return kUsage;
}

int act(const Invocation& invocation) {
  try {
    const Result<void> result = invocation.action();
    if (result.has_value()) return kDone;
    note(result.error().message);
  } catch (const std::bad_alloc&) {
    note("this machine has too little memory for that; give smaller files");
  }
  return kFailed;
}

}  // namespace

void add_json_option(CLI::App& verb, Invocation& invocation) {
  verb.add_flag("--json", invocation.json, "Print results as JSON")->disable_flag_override();
}

Result<void> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return {};
  const int code = errno;
  return make_error(code, "standard output: cannot be written: %s", std::strerror(code));
}

int run_program(int argc, char** argv) {
  CLI::App app("Judges how geoneuron schedules: on benchmark instances and on simulated devices.",
               "geoneuron-sim");
  Invocation invocation;
  add_verbs(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_status(app, error);
  }
  return act(invocation);
}

}  // namespace geoneuron::simulator
