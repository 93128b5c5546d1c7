// SPDX-License-Identifier: MIT
// Forker: makes one process per model, so that a model which breaks its parser breaks nothing else,
// and finds nothing of another's there. It is started before the worker locks itself in, and knows
// no model's bytes.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "parser/cell.hpp"

namespace geoneuron::parser {

// What a parser does with its stream, locked in. What it returns is the exit status.
using Work = std::function<int(int stream)>;

// Serves the worker at kSocketFd, one model after the other, until it is gone. `warm_up` runs once
// before: what it loads and starts, no parser has to. Errors: what kept it from serving.
Result<void> serve_worker(const Limits& limits, const std::function<Result<void>()>& warm_up,
                          const Work& work);

}  // namespace geoneuron::parser
