// SPDX-License-Identifier: MIT
// The one list of what the Vulkan engine leaves to the CPU. Whatever is not on it runs on the
// device. One thread at a time per device.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "engine/vulkan/device.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::vulkan {

struct HostFallback {
  std::string_view operators;  // "Conv, ConvTranspose"; "any"
  std::string_view condition;  // of types and shapes: "with more than three spatial axes"
  std::string_view reason;
  // Null for the one entry that only the device itself can tell: is_within_limits() (trial.hpp).
  bool (*applies)(const perception::Node& node, std::span<const perception::TensorInfo> inputs,
                  std::span<const perception::TensorInfo> outputs);
};

std::span<const HostFallback> host_fallbacks();

// The entry that sends this node to the CPU; nullptr where the device computes it.
const HostFallback* host_fallback_of(const std::shared_ptr<VulkanDevice>& device,
                                     const perception::Node& node,
                                     std::span<const perception::Operand> operands,
                                     std::span<const perception::TensorInfo> outputs);

}  // namespace geoneuron::engine::vulkan
