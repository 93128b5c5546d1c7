// SPDX-License-Identifier: MIT
// The checks of option_checks.hpp as CLI11 takes them. Thread-safe.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/option_checks.hpp"

namespace geoneuron::cli {

// `check` returns what is wrong with a text, "" for nothing.
template <typename Check>
CLI::Validator validator(Check check) {
  return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

inline CLI::Validator whole_number(uint64_t low, uint64_t high) {
  return validator([low, high](const std::string& t) { return check_whole_number(t, low, high); });
}

}  // namespace geoneuron::cli
