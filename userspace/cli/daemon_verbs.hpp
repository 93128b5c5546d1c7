// SPDX-License-Identifier: MIT
// The verbs that start, watch and load daemons; as those of verb.hpp. Not thread-safe.
#pragma once

#include "cli/verb.hpp"

namespace geoneuron::cli {

void add_serve_verb(CLI::App& app, Invocation& invocation);
void add_ps_verb(CLI::App& app, Invocation& invocation);
void add_submit_verb(CLI::App& app, Invocation& invocation);
void add_bench_verb(CLI::App& app, Invocation& invocation);

}  // namespace geoneuron::cli
