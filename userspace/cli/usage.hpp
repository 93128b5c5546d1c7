// SPDX-License-Identifier: MIT
// What is wrong with a command line, in one sentence that names the argument and what would be
// right; CLI11's own sentences speak of its insides. Not thread-safe.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace geoneuron::cli {

std::vector<std::string> verb_names(const CLI::App& app);

// Checks that every verb wants: a flag takes no value, and no value is another option.
void add_common_checks(CLI::App& app);

// Why the first argument is no verb; "" where it is one, is an option, or there is none. CLI11
// would take it for a surplus argument.
std::string unknown_verb(const CLI::App& app, const std::vector<std::string>& arguments);

// What `error`, thrown while the program's arguments were parsed, says.
std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error);

}  // namespace geoneuron::cli
