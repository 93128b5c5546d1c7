// SPDX-License-Identifier: MIT
#include "engine/vulkan/vulkan_unit.hpp"

#include <algorithm>

#include "engine/vulkan/host_fallbacks.hpp"
#include "engine/vulkan/vulkan_program.hpp"

namespace geoneuron::engine::vulkan {

perception::PlanTarget VulkanUnit::target() const {
  perception::PlanTarget target;
  target.alignment_bytes = range_alignment_bytes(*device_);
  const uint64_t range = maximum_range_bytes(*device_);
  target.maximum_block_bytes = range / target.alignment_bytes * target.alignment_bytes;
  target.runs_on_device = [device = device_](const perception::Node& node,
                                             std::span<const perception::Operand> operands,
                                             std::span<const perception::TensorInfo> outputs) {
    return host_fallback_of(device, node, operands, outputs) == nullptr;
  };
  target.program_bytes = [device = device_](const perception::Plan& plan) {
    const Result<ProgramNeeds> needs = needs_of(device, plan);
    return needs.has_value() ? Result<uint64_t>(needs->peak_bytes)
                             : Result<uint64_t>(needs.error());
  };
  return target;
}

Result<std::unique_ptr<Program>> VulkanUnit::prepare(std::shared_ptr<const perception::Plan> plan,
                                                     MemoryManager& memory) {
  return VulkanProgram::create(device_, description_.id, std::move(plan), memory);
}

}  // namespace geoneuron::engine::vulkan
