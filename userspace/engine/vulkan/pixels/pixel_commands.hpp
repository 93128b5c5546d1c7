// SPDX-License-Identifier: MIT
// PixelCommands: host-visible buffers that grow and are kept, and one dispatch over them at a time.
// One thread at a time.
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <span>

#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/commands.hpp"
#include "engine/vulkan/device.hpp"
#include "engine/vulkan/pipeline.hpp"

namespace geoneuron::engine::vulkan {

class PixelCommands {
 public:
  // The buffers that the shaders of shaders/views/ bind, by number of their binding.
  static constexpr size_t kSlots = 5;

  explicit PixelCommands(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}

  const std::shared_ptr<VulkanDevice>& device() const { return device_; }
  const VkPhysicalDeviceLimits& limits() const { return device_->limits(); }

  // Elements of `T` for a binding, in memory that host and device share; what they hold is
  // undefined. At least one, since a binding may not be empty.
  template <typename T>
  Result<std::span<T>> reserve(size_t slot, size_t count, MemoryUse use) {
    std::byte* bytes = GN_TRY(reserve_bytes(slot, std::max<size_t>(count, 1) * sizeof(T), use));
    return std::span<T>(reinterpret_cast<T*>(bytes), count);
  }
  // The same, filled with a copy.
  template <typename T>
  Result<void> upload(size_t slot, std::span<const T> values) {
    const std::span<T> target = GN_TRY(reserve<T>(slot, values.size(), MemoryUse::kUpload));
    if (!values.empty()) std::memcpy(target.data(), values.data(), values.size_bytes());
    return {};
  }

  // How a shader reads a slot that it binds as texels; single words unless this
  // is called after reserving it.
  void set_texels(size_t slot, VkFormat format) { slots_[slot].format = format; }

  // Runs the shader over `group_count` workgroups and waits; its bindings are the first slots, as
  // last reserved; specialisation constant i has id i. What it wrote is then visible to the host.
  Result<void> run(const Shader& shader, std::span<const std::byte> push, uint64_t group_count,
                   std::span<const uint32_t> constants = {});

  // A slot as a shader sees it, as last reserved.
  Binding binding(size_t slot) const {
    return {slots_[slot].buffer.get(), 0, slots_[slot].used_bytes, slots_[slot].format};
  }
  struct Dispatch {
    std::array<Binding, kSlots> bindings;  // as many of them as the shader has
    std::span<const std::byte> push;
    uint64_t group_count = 0;
  };
  // Runs several in one submission, as run() does one. None reads what another wrote.
  Result<void> run_all(const Shader& shader, std::span<const Dispatch> dispatches,
                       std::span<const uint32_t> constants);

 private:
  struct Slot {
    Buffer buffer;
    MemoryUse use = MemoryUse::kUpload;
    uint64_t used_bytes = 0;
    VkFormat format = VK_FORMAT_R32_UINT;
  };

  Result<std::byte*> reserve_bytes(size_t slot, uint64_t bytes, MemoryUse use);

  std::shared_ptr<VulkanDevice> device_;
  std::array<Slot, kSlots> slots_;
};

}  // namespace geoneuron::engine::vulkan
