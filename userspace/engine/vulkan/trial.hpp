// SPDX-License-Identifier: MIT
// Trial: whether the device's limits hold a node. One thread at a time per device.
#pragma once

#include <memory>
#include <span>

#include "engine/vulkan/device.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::vulkan {

// Goes through the node's operator without recording anything. False where an operand, a result,
// packed weights or scratch are larger than what a shader sees at once, or where the node would
// take longer loops or more dispatches than the operators allow themselves. Other errors (of a node
// that contradicts its operands) are left to whoever records it.
bool is_within_limits(const std::shared_ptr<VulkanDevice>& device, const perception::Node& node,
                      std::span<const perception::Operand> operands,
                      std::span<const perception::TensorInfo> outputs);

}  // namespace geoneuron::engine::vulkan
