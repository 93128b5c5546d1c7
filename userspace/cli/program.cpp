// SPDX-License-Identifier: MIT
#include "cli/program.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <new>

#include "base/nearest_names.hpp"
#include "cli/json.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

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
  app.footer(kFooter);
  add_devices_verb(app, invocation);
  add_inspect_verb(app, invocation);
  add_views_verb(app, invocation);
  add_run_verb(app, invocation);
  add_render_verb(app, invocation);
  add_conformance_verb(app, invocation);
}

// CLI11 takes an unknown verb for a surplus argument; a better sentence names the verbs.
bool is_unknown_verb(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) verbs.push_back(verb->get_name());
  if (std::ranges::find(verbs, argv[1]) != verbs.end()) return false;
  note("geoneuron: there is no verb '" + std::string(argv[1]) + "'" + did_you_mean(argv[1], verbs) +
       " Run `geoneuron --help` for all of them.");
  return true;
}

int usage_status(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {  // --help and --version
    app.exit(error);
    return print("").has_value() ? kDone : kFailed;
  }
  const auto chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
  note("geoneuron" + verb + ": " + error.what());
  note("Run `geoneuron" + verb + " --help` for what may be given.");
  return kUsage;
}

int report(const Error& error, bool json) {
  note("geoneuron: " + error.message);
  if (json) (void)print(to_text({{"error", error.message}})).has_value();
  return kFailed;
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
  if (is_unknown_verb(app, argc, argv)) return kUsage;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_status(app, error);
  }
  return act(invocation);
}

}  // namespace geoneuron::cli
