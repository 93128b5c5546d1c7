// SPDX-License-Identifier: MIT
// Moving elements between layouts, for operators that are made of it. Not thread-safe.
#pragma once

#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {

// result[to_offset + i . to_strides] = source[from_offset + i . from_strides] for every i within
// `extents` (outermost first; in elements). Strides may be 0 or negative.
struct Movement {
  Binding from{}, to{};
  std::vector<int64_t> extents{};
  std::vector<int64_t> from_strides{}, to_strides{};
  int64_t from_offset = 0, to_offset = 0;
  size_t element_bytes = 4;  // 4 or 8
};

Result<void> record_movement(Recorder& recorder, const Movement& movement);

}  // namespace geoneuron::engine::vulkan
