// SPDX-License-Identifier: MIT
// The pieces that Pad falls into. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "perception/pad.hpp"

namespace geoneuron::engine::vulkan {

// Result positions to ... to + count - 1 show input elements from, from + step, ...
struct PadSegment {
  int64_t to = 0;
  int64_t from = 0;
  int64_t step = 0;  // -1, 0 or 1
  int64_t count = 0;
};

// The segments of one axis, by position; positions in none show the constant.
std::vector<PadSegment> segments_of(perception::PadMode mode, const perception::PadAxis& axis);

// Movements that the whole padding takes; one dispatch each.
uint64_t pad_box_count(const perception::PadParameters& parameters);
inline constexpr uint64_t kMaximumPadBoxes = 1024;

}  // namespace geoneuron::engine::vulkan
