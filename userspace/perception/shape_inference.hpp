// SPDX-License-Identifier: MIT
// Shape inference for concrete shapes: operand types and shapes in, result types and shapes out, by
// the rules of ONNX Operators.md (set 18). Thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"

namespace geoneuron::perception {

// What inference may know of an operand. An absent operand has type kUndefined.
struct Operand {
  TensorInfo info;
  const Tensor* value = nullptr;  // where its elements are known
};

// Type and shape of every result of `node`. `operands` matches node.inputs; every operand in
// value_operands(node) must have its value (EAGAIN with a sentence if not). Type errors, rank
// errors and inconsistent attributes give EINVAL, prefixed by the node's name.
Result<std::vector<TensorInfo>> infer(const Node& node, std::span<const Operand> operands);

// Positions of those operands whose *elements* decide the shape of a result: Reshape 1, Slice 1-4,
// Pad 1 and 3, Resize 1-3, Squeeze/Unsqueeze 1, Split 1, ReduceMean 1, and Dropout 1 and 2 (which
// decide whether it can be computed at all). Only those that the node has.
std::vector<size_t> value_operands(const Node& node);

// True where results depend on the shape of operands alone (Shape).
bool reads_only_shape(const Node& node);

// Floating-point operations (a multiply-add counts 2) of one run of `node`; 0 for data movement.
uint64_t operation_count(const Node& node, std::span<const Operand> operands,
                         std::span<const TensorInfo> results);

}  // namespace geoneuron::perception
