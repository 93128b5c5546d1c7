// SPDX-License-Identifier: MIT
// Commands: one command buffer while it is recorded, with the descriptors that it uses. Once
// ended it may be run any number of times, one run at a time. Move-only; not thread-safe. Must
// not be destroyed while the device runs it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/device.hpp"
#include "engine/vulkan/pipeline.hpp"
#include "engine/vulkan/timestamps.hpp"

namespace geoneuron::engine::vulkan {

// A part of a buffer as a shader sees it. `format` decides how a kTexelBuffer binding reads it;
// kStorageBuffer bindings ignore it. Offsets obey the device's limits (asserted by validation).
struct Binding {
  VkBuffer buffer{};
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
  VkFormat format = VK_FORMAT_R32_SFLOAT;
};

// Numbers of workgroups; each at most 65535, which every device can.
using Groups = std::array<uint32_t, 3>;

class Commands {
 public:
  static constexpr uint32_t kMaximumGroups = 65535;

  // Starts recording.
  static Result<Commands> begin(const std::shared_ptr<VulkanDevice>& device);

  // Runs a pipeline. `bindings` are as many as the pipeline's; `push` has its push_bytes().
  // EOVERFLOW where a grid is larger than kMaximumGroups.
  Result<void> dispatch(const Pipeline& pipeline, std::span<const Binding> bindings,
                        std::span<const std::byte> push, Groups groups);
  // What follows sees all that came before: without it a dispatch or copy may read what its
  // predecessor has not yet written, or overwrite what it still reads.
  void barrier();
  // As barrier(), for the host's reads after the run.
  void barrier_to_host();
  void copy(VkBuffer from, uint64_t from_offset, VkBuffer to, uint64_t to_offset, uint64_t bytes);
  // Fills with a 32-bit word; offset and size are multiples of 4.
  void fill(VkBuffer buffer, uint64_t offset, uint64_t bytes, uint32_t word);
  void reset(const Timestamps& timestamps);
  // Takes the time when all before has finished.
  void timestamp(const Timestamps& timestamps, uint32_t index);
  Result<void> end();

  VkCommandBuffer get() const { return buffer_.get(); }

 private:
  // A command buffer belongs to its pool, not to the device.
  class BufferHandle {
   public:
    BufferHandle() = default;
    BufferHandle(VkDevice device, VkCommandPool pool, VkCommandBuffer buffer)
        : device_(device), pool_(pool), buffer_(buffer) {}
    BufferHandle(BufferHandle&& other) noexcept;
    BufferHandle& operator=(BufferHandle&& other) noexcept;
    ~BufferHandle();
    VkCommandBuffer get() const { return buffer_; }

   private:
    VkDevice device_{};
    VkCommandPool pool_{};
    VkCommandBuffer buffer_{};
  };

  Result<void> add_pool();
  Result<VkDescriptorSet> allocate_set(VkDescriptorSetLayout layout);
  Result<VkBufferView> view_of(const Binding& binding);
  Result<VkDescriptorSet> describe(const Pipeline& pipeline, std::span<const Binding> bindings);

  std::shared_ptr<VulkanDevice> device_;
  BufferHandle buffer_;
  std::vector<Handle<vkDestroyDescriptorPool>> pools_;
  std::vector<Handle<vkDestroyBufferView>> views_;
};

// The bytes of a plain struct, for dispatch's `push`.
template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span<const T, 1>(&value, 1));
}

}  // namespace geoneuron::engine::vulkan
