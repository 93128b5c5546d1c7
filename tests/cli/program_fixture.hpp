// SPDX-License-Identifier: MIT
// One-line runs of the built program.
#pragma once

#include <string>
#include <vector>

#include "fakes/child_process.hpp"

namespace geoneuron::cli {

inline constexpr const char* kVerbs[] = {"devices",     "inspect", "views", "run",    "render",
                                         "conformance", "serve",   "ps",    "submit", "bench"};

inline ChildResult geoneuron(const std::vector<std::string>& arguments) {
  return run_child(GEONEURON_PROGRAM, arguments);
}

}  // namespace geoneuron::cli
