// SPDX-License-Identifier: MIT
// Computing single nodes on host tensors, for constant folding, shape arithmetic and steps that a
// device leaves to the host. Thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine {

// The results of `node`, by node.outputs; undefined where one is left out. `inputs` matches
// node.inputs, absent operands undefined. A fused activation is applied, and its value before is
// not reported. Uses one thread. Errors are prefixed by the node's name: EINVAL for operands that
// do not fit (perception::infer), indices out of range, ENOTSUP for element types, ENOMEM.
Result<std::vector<perception::Tensor>> evaluate_on_cpu(const perception::Node& node,
                                                        std::span<const perception::Tensor> inputs);

// The memory that evaluate_on_cpu takes beside operands and results: scratch and packed weights.
// Known before the operands are: only those that decide shapes must have their values. `results`
// matches node.outputs, undefined where one is left out. Errors: EINVAL, ENOTSUP as above.
Result<uint64_t> working_bytes_on_cpu(const perception::Node& node,
                                      std::span<const perception::Operand> operands,
                                      std::span<const perception::TensorInfo> results);

}  // namespace geoneuron::engine
