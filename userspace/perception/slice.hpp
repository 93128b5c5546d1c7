// SPDX-License-Identifier: MIT
// Slice (sets 1-13) with starts, ends, axes and steps resolved: the rule exists once for shape
// inference and all engines. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

// Result element i of this axis is input element start + i * step, for i in [0, count). All of
// those lie inside the input. `step` is never 0; it is 1 where count < 2.
struct SliceAxis {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
  bool operator==(const SliceAxis&) const = default;
};

// One entry per axis of operand 0; operands are data, starts, ends, axes?, steps?, as in
// Slice 13, and those after data need their values. EINVAL where lengths or axes disagree.
Result<std::vector<SliceAxis>> slice_axes(std::span<const Operand> operands);

}  // namespace geoneuron::perception
