// SPDX-License-Identifier: MIT
// Softmax (sets 1-13) with its axis resolved, for shape inference and all engines alike. Pure
// functions; thread-safe.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "perception/graph.hpp"

namespace geoneuron::perception {

// The input as [outer, length, inner]: each line along the middle sums to 1.
struct SoftmaxLines {
  int64_t outer = 1, length = 1, inner = 1;
};

// With the attribute `flattened` (sets below 13) a line is all that follows the axis, which may
// then be one past the last. EINVAL for scalars and for an axis outside.
Result<SoftmaxLines> softmax_lines(const Node& node, const Shape& shape);

}  // namespace geoneuron::perception
