// SPDX-License-Identifier: MIT
// The verbs of geoneuron-sim. Each adds its options to the parser and, when chosen, leaves its
// action in the Invocation; parsing and acting are apart, so that wrong usage has no effect.
// Not thread-safe.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace geoneuron::simulator {

struct Invocation {
  std::function<Result<void>()> action;
  bool json = false;  // results on standard output are for machines
};

// --json, which every verb has.
void add_json_option(CLI::App& verb, Invocation& invocation);

// Writes all of it to standard output. EIO, ENOSPC, ... where that fails.
Result<void> print(std::string_view text);

void add_compare_verb(CLI::App& app, Invocation& invocation);
void add_flowshop_verb(CLI::App& app, Invocation& invocation);
void add_instance_verb(CLI::App& app, Invocation& invocation);
void add_tardiness_verb(CLI::App& app, Invocation& invocation);
void add_trace_verb(CLI::App& app, Invocation& invocation);

}  // namespace geoneuron::simulator
