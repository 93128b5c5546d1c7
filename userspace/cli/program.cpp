// SPDX-License-Identifier: MIT
#include "cli/program.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <new>

#include "cli/daemon_verbs.hpp"
#include "cli/json.hpp"
#include "cli/terminal.hpp"
#include "cli/usage.hpp"

namespace geoneuron::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  geoneuron devices\n"
    "  geoneuron inspect model.onnx\n"
    "  geoneuron run model.onnx --input photo.jpg --keep all --out activations\n"
    "  geoneuron render model.onnx --input photo.jpg --view feature_grid --tensor '*relu*' "
    "--out grid.png\n"
    "`geoneuron VERB --help` tells everything about one verb.";

void add_verbs(CLI::App& app, Invocation& invocation) {
  app.set_version_flag("--version", "geoneuron " GEONEURON_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.footer(kFooter);
  add_devices_verb(app, invocation);
  add_inspect_verb(app, invocation);
  add_views_verb(app, invocation);
  add_run_verb(app, invocation);
  add_render_verb(app, invocation);
  add_conformance_verb(app, invocation);
  add_serve_verb(app, invocation);
  add_ps_verb(app, invocation);
  add_submit_verb(app, invocation);
  add_bench_verb(app, invocation);
  add_common_checks(app);
  for (CLI::App* verb : app.get_subcommands(nullptr)) verb->group("Verbs");
}

// Before parsing: what cannot be parsed is told as JSON too.
bool wants_json(const std::vector<std::string>& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, "--json") != end;
}

// One sentence for people and, where it was asked for, for machines.
void tell(const std::string& who, const std::string& sentence, bool json) {
  note(who + ": " + sentence);
  if (json) (void)print(to_text({{"error", sentence}})).has_value();
}

// `geoneuron help [VERB]` is `geoneuron [VERB] --help`.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (arguments.empty() || arguments[0] != "help") return arguments;
  if (arguments.size() == 1) return {"--help"};
  return {arguments[1], "--help"};
}

int usage_status(const CLI::App& app, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0) {  // --help and --version
    app.exit(error);
    return print("").has_value() ? kDone : kFailed;
  }
  const auto chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
  tell("geoneuron" + verb, usage_sentence(app, error), json);
  note("Run `geoneuron" + verb + " --help` for what may be given.");
  return kUsage;
}

int report(const Error& error, bool json) {
  tell("geoneuron", error.message, json);
  return error.code == kUsageError ? kUsage : kFailed;
}

int act(const Invocation& invocation) {
  try {
    const Result<ExitStatus> result = invocation.action();
    return result.has_value() ? result.value() : report(result.error(), invocation.json);
  } catch (const std::bad_alloc&) {
    return report(make_error(ENOMEM,
                             "this machine has too little memory for that; keep fewer "
                             "tensors or give smaller inputs"),
                  invocation.json);
  }
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app("Looks inside neural networks: runs them, keeps what their neurons do, draws it.",
               "geoneuron");
  Invocation invocation;
  add_verbs(app, invocation);
  std::vector<std::string> arguments = arguments_of(argc, argv);
  const bool json = wants_json(arguments);
  if (const std::string sentence = unknown_verb(app, arguments); !sentence.empty()) {
    tell("geoneuron", sentence, json);
    return kUsage;
  }
  std::ranges::reverse(arguments);  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return usage_status(app, error, json);
  }
  return act(invocation);
}

}  // namespace geoneuron::cli
