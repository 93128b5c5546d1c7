// SPDX-License-Identifier: MIT
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/nearest_names.hpp"
#include "base/text.hpp"

namespace geoneuron::cli {
namespace {

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

// The option that CLI11's sentence begins with; flags come without their dashes there.
const CLI::Option* option_of(const CLI::App& verb, const std::string& sentence) {
  const std::string first = sentence.substr(0, sentence.find_first_of(": "));
  for (const CLI::Option* option : verb.get_options())
    if (option->get_name() == first || option->check_lname(first)) return option;
  return nullptr;
}

std::string unknown_option(const CLI::App& verb, const std::string& text) {
  const std::string name = text.substr(0, text.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* known : verb.get_options())
    for (const std::string& known_name : known->get_lnames()) names.push_back("--" + known_name);
  return "there is no option '" + name + "'" + did_you_mean(name, names);
}

// CLI11 lists the surplus backwards. An option that is not there matters more than what follows it.
std::string surplus_sentence(const CLI::App& verb, const std::vector<std::string>& surplus) {
  const auto option = std::ranges::find_if(
      surplus, [](const std::string& text) { return text.size() > 1 && text[0] == '-'; });
  if (option != surplus.end()) return unknown_option(verb, *option);
  std::vector<std::string> places;
  for (const CLI::Option* known : verb.get_options())
    if (known->get_positional()) places.push_back(known->get_name());
  const std::string allowed =
      places.empty() ? "takes options only" : "takes options and one " + joined(places);
  return "'" + surplus.back() + "' is one argument too many: " + verb.get_name() + " " + allowed;
}

// A value that was left out, so that the next option stands in its place; "" for other texts.
std::string left_out(const CLI::Option& option, const std::string& text) {
  if (!text.starts_with("--") || text.size() == 2) return "";
  return "'" + text + "' is an option, where " + option.get_type_name() + " must be";
}

// A value is missing, too many are there, or a flag has one.
std::string count_sentence(const CLI::Option& option) {
  const std::string name = option.get_name();
  if (!takes_value(option)) return name + ": takes no value; write it alone";
  const size_t most = static_cast<size_t>(option.get_items_expected_max());
  if (option.count() > most)
    return name + ": is given " + std::to_string(option.count()) + " times; give it once";
  return name + ": its value is missing; write " + name + " " + option.get_type_name();
}

}  // namespace

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
  return names;
}

void add_common_checks(CLI::App& app) {
  for (CLI::App* verb : app.get_subcommands(nullptr))
    for (CLI::Option* option : verb->get_options()) {
      if (!takes_value(*option))
        option->disable_flag_override();
      else if (!option->get_positional())
        option->check(
            CLI::Validator([option](std::string& text) { return left_out(*option, text); }, ""));
    }
}

std::string unknown_verb(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].starts_with('-')) return "";
  const std::string& wanted = arguments[0];
  const std::vector<std::string> verbs = verb_names(app);
  if (std::ranges::find(verbs, wanted) != verbs.end()) return "";
  const std::string nearest = did_you_mean(wanted, verbs);
  return "there is no verb '" + wanted + "'" + (nearest.empty() ? "." : nearest) +
         " Run `geoneuron --help` for all of them.";
}

std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty() && app.remaining().empty())
    return "a verb is required: " + joined(verb_names(app));
  const CLI::App& verb = chosen.empty() ? app : *chosen[0];
  if (const auto surplus = verb.remaining(); !surplus.empty())
    return surplus_sentence(verb, surplus);
  std::string sentence = error.what();
  const CLI::Option* option = option_of(verb, sentence);
  if (option == nullptr) return sentence;
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return option->get_name() + " is required: " + lower_first(option->get_description());
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return count_sentence(*option);
  return sentence;
}

}  // namespace geoneuron::cli
