// SPDX-License-Identifier: MIT
// The one list of what the Vulkan engine leaves to the CPU. Whatever is not on it runs on the
// device. Pure functions; thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "perception/graph.hpp"

namespace geoneuron::engine::vulkan {

struct HostFallback {
  std::string_view operators;  // "Conv, ConvTranspose"; "any"
  std::string_view condition;  // of types and shapes: "with more than three spatial axes"
  std::string_view reason;
  bool (*applies)(const perception::Node& node, std::span<const perception::TensorInfo> inputs,
                  std::span<const perception::TensorInfo> outputs);
};

std::span<const HostFallback> host_fallbacks();

// The entry that sends this node to the CPU; nullptr where the device computes it.
const HostFallback* host_fallback_of(const perception::Node& node,
                                     std::span<const perception::TensorInfo> inputs,
                                     std::span<const perception::TensorInfo> outputs);

}  // namespace geoneuron::engine::vulkan
