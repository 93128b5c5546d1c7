// SPDX-License-Identifier: MIT
// Buffer: a range of device memory with a Vulkan buffer over it. Move-only; not thread-safe. Must
// not outlive its device, nor be destroyed while commands use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

enum class MemoryUse : uint8_t {
  kDevice,    // tensors: fast for shaders; mapped only where the host can read it fast too
  kUpload,    // written by the host, read by the device; always mapped
  kReadback,  // written by the device, read by the host; always mapped
};

class Buffer {
 public:
  Buffer() = default;
  // Usable as storage, uniform texels and in copies. `size_bytes` may be 0: then it has the
  // smallest size there is. ENOMEM where the device has no room.
  static Result<Buffer> create(const std::shared_ptr<VulkanDevice>& device, uint64_t size_bytes,
                               MemoryUse use);
  // Whether buffers of this use are mapped.
  static Result<bool> is_mapped(const std::shared_ptr<VulkanDevice>& device, MemoryUse use);
  // A buffer over the host's own pages, without a copy. Address and size must be multiples of
  // facts().host_import_alignment (EINVAL); ENOTSUP where the driver cannot. The memory must
  // outlive the buffer.
  static Result<Buffer> import_host(const std::shared_ptr<VulkanDevice>& device,
                                    std::span<std::byte> memory);

  VkBuffer get() const { return buffer_.get(); }
  uint64_t size_bytes() const { return size_bytes_; }
  explicit operator bool() const { return static_cast<bool>(buffer_); }
  // Coherent host address, or nullptr where the host has none.
  std::byte* mapped() const { return mapped_; }

 private:
  Result<void> make(const void* next, uint64_t size_bytes);
  Result<void> bind(uint32_t memory_type, const void* next, uint64_t size_bytes);

  std::shared_ptr<VulkanDevice> device_;  // first: destroyed last
  Handle<vkFreeMemory> memory_;
  Handle<vkDestroyBuffer> buffer_;
  uint64_t size_bytes_ = 0;
  std::byte* mapped_ = nullptr;
};

}  // namespace geoneuron::engine::vulkan
