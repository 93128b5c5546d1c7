// SPDX-License-Identifier: MIT
// The operands of an operation as the rules in perception/ read them. Thread-safe.
#pragma once

#include <vector>

#include "engine/cpu/kernel.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::cpu {

// Valid as long as the tensors are.
inline std::vector<perception::Operand> operands_of(std::span<const Tensor> inputs) {
  std::vector<perception::Operand> result;
  for (const Tensor& input : inputs)
    result.push_back({input.info(), input.is_defined() ? &input : nullptr});
  return result;
}

inline std::vector<perception::Operand> operands_of(const Operation& operation) {
  return operands_of(operation.inputs);
}

}  // namespace geoneuron::engine::cpu
