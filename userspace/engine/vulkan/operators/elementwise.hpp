// SPDX-License-Identifier: MIT
// The elementwise shader, for operators that are made of it. Not thread-safe.
#pragma once

#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {

struct ElementwiseRequest {
  uint32_t op = 0;  // GN_COPY ... GN_MIN
  Activation activation{};
  perception::Shape a_shape{}, b_shape{}, shape{};  // operands are broadcast to `shape`
  Binding a{}, b{}, to{};                           // `b` is ignored by operators of one operand
  float alpha = 0, beta = 0;                        // parameters of `op`
};

Result<void> record_elementwise(Recorder& recorder, const ElementwiseRequest& request);

}  // namespace geoneuron::engine::vulkan
