// SPDX-License-Identifier: MIT
// Operation: one node with its tensors, and the operators that record it. Each operator appends
// dispatches that compute every present output; the caller puts barriers around. Not thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/vulkan/recorder.hpp"
#include "perception/graph.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::vulkan {

struct Operation {
  const perception::Node& node;
  std::vector<DeviceTensor> inputs;   // matches node.inputs
  std::vector<DeviceTensor> outputs;  // matches node.outputs
  // Applied to the first output by operators that fuse.
  Activation activation;

  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].is_present(); }
  const perception::Shape& input_shape(size_t i) const { return inputs[i].info.shape; }
  const perception::Shape& output_shape(size_t i = 0) const { return outputs[i].info.shape; }
  // As the rules in perception/ read them; valid as long as the operation.
  std::vector<perception::Operand> operands() const;
};

// The algorithm's name for reports. Errors do not name the node.
using Kernel = Result<const char*> (*)(Recorder& recorder, const Operation& operation);

struct OperatorEntry {
  Kernel kernel = nullptr;  // nullptr: never runs on the device
  bool fuses = false;       // applies Operation::activation itself
};

OperatorEntry entry_of(perception::Operator op);

// Whether the node is an activation of one operand, and as which the shaders know it. Clip's
// bounds are not attributes: see record_clip.
std::optional<Activation> activation_of(perception::Operator op,
                                        const perception::Attributes& attributes);
Activation activation_of(const perception::FusedActivation& fused);

// Applies `activation` to `count` elements; `from` and `to` may be the same place.
Result<void> record_activation(Recorder& recorder, const Activation& activation,
                               const Binding& from, const Binding& to, uint64_t count);

Result<const char*> record_unary(Recorder& recorder, const Operation& operation);
Result<const char*> record_binary(Recorder& recorder, const Operation& operation);
Result<const char*> record_variadic(Recorder& recorder, const Operation& operation);  // Max, Min
Result<const char*> record_clip(Recorder& recorder, const Operation& operation);
Result<const char*> record_cast(Recorder& recorder, const Operation& operation);
Result<const char*> record_copy(Recorder& recorder, const Operation& operation);
Result<const char*> record_transpose(Recorder& recorder, const Operation& operation);
Result<const char*> record_concat(Recorder& recorder, const Operation& operation);
Result<const char*> record_split(Recorder& recorder, const Operation& operation);
Result<const char*> record_slice(Recorder& recorder, const Operation& operation);
Result<const char*> record_pad(Recorder& recorder, const Operation& operation);
Result<const char*> record_gather(Recorder& recorder, const Operation& operation);
Result<const char*> record_reduce_mean(Recorder& recorder, const Operation& operation);
Result<const char*> record_global_pool(Recorder& recorder, const Operation& operation);
Result<const char*> record_softmax(Recorder& recorder, const Operation& operation);
Result<const char*> record_batch_normalization(Recorder& recorder, const Operation& operation);
Result<const char*> record_convolution(Recorder& recorder, const Operation& operation);
Result<const char*> record_pool(Recorder& recorder, const Operation& operation);
Result<const char*> record_matrix_product(Recorder& recorder, const Operation& operation);
Result<const char*> record_gemm(Recorder& recorder, const Operation& operation);
Result<const char*> record_resize(Recorder& recorder, const Operation& operation);

}  // namespace geoneuron::engine::vulkan
