// SPDX-License-Identifier: MIT
// Sums and maxima over sets of axes, for operators that are made of them. Not thread-safe.
#pragma once

#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {

struct ReductionRequest {
  uint32_t kind = 0;  // GN_REDUCE_*
  Binding from{}, to{};
  Binding shifts{};  // GN_REDUCE_SUM_EXP: one number per result
  // Extents and strides of the axes that stay, and of those that are reduced; outermost first.
  std::vector<int64_t> kept{}, kept_strides{};
  std::vector<int64_t> reduced{}, reduced_strides{};
  float scale = 1;  // of sums
};

// One result per combination of kept axes, in row-major order. Long sets take several passes.
Result<void> record_reduction(Recorder& recorder, const ReductionRequest& request);

}  // namespace geoneuron::engine::vulkan
