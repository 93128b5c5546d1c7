// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"
#include "views/view.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

ordered_json views_json() {
  ordered_json json = {{"views", ordered_json::array()}};
  for (const views::ViewDefinition& view : views::all_views()) {
    ordered_json parameters = ordered_json::array();
    for (const views::ViewParameter& parameter : view.parameters) {
      parameters.push_back({{"name", parameter.name},
                            {"default", parameter.fallback},
                            {"allowed", parameter.allowed()},
                            {"description", parameter.description}});
    }
    json["views"].push_back({{"name", view.name},
                             {"description", view.description},
                             {"needs_tensor", view.needs_selection},
                             {"parameters", parameters}});
  }
  return json;
}

std::string views_text() {
  std::string text;
  for (const views::ViewDefinition& view : views::all_views()) {
    std::vector<std::vector<std::string>> rows;
    for (const views::ViewParameter& parameter : view.parameters)
      rows.push_back(
          {parameter.name + "=" + parameter.fallback, parameter.allowed(), parameter.description});
    text += view.name + ": " + view.description + (view.needs_selection ? " Needs --tensor." : "") +
            "\n" + table(rows, 2) + "\n";
  }
  return text;
}

Result<ExitStatus> list(const Invocation& invocation) {
  GN_TRY(print(invocation.json ? to_text(views_json()) : views_text()));
  return kDone;
}

}  // namespace

void add_views_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("views", "List the kinds of pictures with their parameters and defaults");
  add_json_option(*verb, invocation);
  verb->footer("Examples:\n  geoneuron views\n  geoneuron views --json");
  verb->callback([&] { invocation.action = [&] { return list(invocation); }; });
}

}  // namespace geoneuron::cli
