// SPDX-License-Identifier: MIT
#include "engine/vulkan/step_recorder.hpp"

namespace geoneuron::engine::vulkan {

using perception::kNoValue;
using perception::Node;
using perception::PlannedValue;
using perception::Residence;
using perception::ValueId;

Result<const char*> StepRecorder::record(const Node& node) {
  const OperatorEntry entry = entry_of(node.op);
  if (entry.kernel == nullptr) return make_error(ENOTSUP, "runs on the CPU only");
  Operation operation = operation_of(node);
  if (!node.fused) return entry.kernel(recorder_, operation);
  const Activation activation = activation_of(*node.fused);
  const DeviceTensor result = operation.outputs[0];
  const ValueId before = node.fused->before;
  const bool keeps_before = before != kNoValue && plan_.at(before).residence == Residence::kArena;
  if (keeps_before) operation.outputs[0].place = place_of(before);
  const bool apart = keeps_before || !entry.fuses;
  if (!apart) operation.activation = activation;
  const char* algorithm = GN_TRY(entry.kernel(recorder_, operation));
  if (!apart) return algorithm;
  recorder_.barrier();
  GN_TRY(record_activation(recorder_, activation, operation.outputs[0].place, result.place,
                           result.count()));
  return algorithm;
}

Operation StepRecorder::operation_of(const Node& node) const {
  Operation operation{.node = node, .inputs = {}, .outputs = {}, .activation = {}};
  for (const ValueId id : node.inputs) operation.inputs.push_back(tensor_of(id));
  for (const ValueId id : node.outputs) operation.outputs.push_back(tensor_of(id));
  return operation;
}

DeviceTensor StepRecorder::tensor_of(ValueId id) const {
  DeviceTensor tensor;
  if (id == kNoValue) return tensor;
  const PlannedValue& value = plan_.at(id);
  tensor.info = value.info;
  if (value.residence == Residence::kConstant)
    tensor.constant = &value.constant;
  else
    tensor.place = place_of(id);
  return tensor;
}

Binding StepRecorder::place_of(ValueId id) const {
  const PlannedValue& value = plan_.at(id);
  if (value.residence != Residence::kArena && value.residence != Residence::kInput) return {};
  Binding place;
  if (!blocks_.empty()) place.buffer = blocks_[value.slot.block]->get();
  place.offset_bytes = value.slot.offset_bytes;
  place.size_bytes = value.info.size_bytes();
  return place;
}

}  // namespace geoneuron::engine::vulkan
