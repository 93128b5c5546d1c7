// SPDX-License-Identifier: MIT
// Pipeline: a compute shader with its specialisation constants, ready to be dispatched.
// Immutable once made; thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/handle.hpp"

namespace geoneuron::engine::vulkan {

enum class BindingKind : uint8_t { kStorageBuffer, kTexelBuffer };

// SPIR-V (entry point "main") and its interface: bindings 0, 1, 2, ... of set 0 in this order.
struct Shader {
  std::string_view name;  // for errors: "operators/conv"
  std::span<const uint32_t> words;
  std::span<const BindingKind> bindings;
  uint32_t push_bytes = 0;  // at most 128, which every device has
};

class Pipeline {
 public:
  static constexpr uint32_t kMaximumPushBytes = 128;

  // Compiles; specialisation constant i has id i. Errors name the shader.
  static Result<std::shared_ptr<const Pipeline>> create(VkDevice device, VkPipelineCache cache,
                                                        const Shader& shader,
                                                        std::span<const uint32_t> constants);

  VkPipeline get() const { return pipeline_.get(); }
  VkPipelineLayout layout() const { return layout_.get(); }
  VkDescriptorSetLayout set_layout() const { return set_layout_.get(); }
  std::span<const BindingKind> bindings() const { return bindings_; }
  uint32_t push_bytes() const { return push_bytes_; }

 private:
  Pipeline() = default;
  Result<void> make_layout(VkDevice device);
  Result<void> compile(VkDevice device, VkPipelineCache cache, const Shader& shader,
                       std::span<const uint32_t> constants);

  std::vector<BindingKind> bindings_;
  uint32_t push_bytes_ = 0;
  Handle<vkDestroyDescriptorSetLayout> set_layout_;
  Handle<vkDestroyPipelineLayout> layout_;
  Handle<vkDestroyPipeline> pipeline_;
};

VkDescriptorType descriptor_type(BindingKind kind);

}  // namespace geoneuron::engine::vulkan
