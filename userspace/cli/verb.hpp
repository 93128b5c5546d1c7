// SPDX-License-Identifier: MIT
// The tool's verbs. Each adds its options to the parser and, when chosen, leaves its action in the
// Invocation; parsing and acting are apart, so that a usage error never has an effect.
// Not thread-safe.
#pragma once

#include <functional>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace geoneuron::cli {

// The exit status of the tool.
enum ExitStatus : int { kDone = 0, kFailed = 1, kUsage = 2 };

// As the code of an Error: what was given cannot be, which only showed when it was tried.
inline constexpr int kUsageError = 1 << 16;

struct Invocation {
  // What the chosen verb does. kFailed without an Error: the verb itself has told what failed.
  std::function<Result<ExitStatus>()> action;
  bool json = false;  // results on standard output are for machines
};

void add_devices_verb(CLI::App& app, Invocation& invocation);
void add_inspect_verb(CLI::App& app, Invocation& invocation);
void add_views_verb(CLI::App& app, Invocation& invocation);
void add_run_verb(CLI::App& app, Invocation& invocation);
void add_render_verb(CLI::App& app, Invocation& invocation);
void add_conformance_verb(CLI::App& app, Invocation& invocation);

}  // namespace geoneuron::cli
