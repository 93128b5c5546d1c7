// SPDX-License-Identifier: MIT
#include "engine/vulkan/trial.hpp"

#include "engine/vulkan/operators/operation.hpp"
#include "engine/vulkan/program_memory.hpp"

namespace geoneuron::engine::vulkan {

bool is_within_limits(const std::shared_ptr<VulkanDevice>& device, const perception::Node& node,
                      std::span<const perception::Operand> operands,
                      std::span<const perception::TensorInfo> outputs) {
  const OperatorEntry entry = entry_of(node.op);
  if (entry.kernel == nullptr) return true;
  const uint64_t range = maximum_range_bytes(*device);
  Operation operation{.node = node, .inputs = {}, .outputs = {}, .activation = {}};
  for (const perception::Operand& operand : operands) {
    if (operand.info.size_bytes() > range) return false;
    operation.inputs.push_back({operand.info, {}, operand.value});
  }
  for (const perception::TensorInfo& info : outputs) {
    if (info.size_bytes() > range) return false;
    operation.outputs.push_back({info, {}, nullptr});
  }
  ProgramMemory memory(device);
  Recorder recorder(device, memory);
  const Result<const char*> recorded = entry.kernel(recorder, operation);
  if (recorded.has_value()) return true;
  return recorded.error().code != ENOTSUP && recorded.error().code != EOVERFLOW;
}

}  // namespace geoneuron::engine::vulkan
