// SPDX-License-Identifier: MIT
#include "cli/program.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
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

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
  return names;
}

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

// CLI11 takes an unknown verb for a surplus argument; a better sentence names the verbs. "" where
// the verb is known, or there is none.
std::string unknown_verb(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].starts_with('-')) return "";
  const std::string& wanted = arguments[0];
  const std::vector<std::string> verbs = verb_names(app);
  if (std::ranges::find(verbs, wanted) != verbs.end()) return "";
  const std::string nearest = did_you_mean(wanted, verbs);
  return "there is no verb '" + wanted + "'" + (nearest.empty() ? "." : nearest) +
         " Run `geoneuron --help` for all of them.";
}

// `geoneuron help [VERB]` is `geoneuron [VERB] --help`.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (arguments.empty() || arguments[0] != "help") return arguments;
  if (arguments.size() == 1) return {"--help"};
  return {arguments[1], "--help"};
}

// An option that is not there is named with what comes near; CLI11 lists the surplus backwards.
std::string sentence_of(const CLI::App& verb, const CLI::ParseError& error) {
  const std::vector<std::string> surplus = verb.remaining();
  const auto option = std::ranges::find_if(
      surplus, [](const std::string& text) { return text.size() > 1 && text[0] == '-'; });
  if (option == surplus.end()) return error.what();
  const std::string name = option->substr(0, option->find('='));
  std::vector<std::string> names;
  for (const CLI::Option* known : verb.get_options())
    for (const std::string& known_name : known->get_lnames()) names.push_back("--" + known_name);
  return "there is no option '" + name + "'" + did_you_mean(name, names);
}

int usage_status(const CLI::App& app, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0) {  // --help and --version
    app.exit(error);
    return print("").has_value() ? kDone : kFailed;
  }
  const auto chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
  const bool needs_verb = chosen.empty() && app.remaining().empty();
  tell("geoneuron" + verb,
       needs_verb ? "a verb is required: " + CLI::detail::join(verb_names(app), ", ")
                  : sentence_of(chosen.empty() ? app : *chosen[0], error),
       json);
  note("Run `geoneuron" + verb + " --help` for what may be given.");
  return kUsage;
}

int report(const Error& error, bool json) {
  tell("geoneuron", error.message, json);
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
