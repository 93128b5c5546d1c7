// SPDX-License-Identifier: MIT
// Transfer: bytes between host tensors and device buffers, by the cheapest way that works: straight
// where the device's memory is mapped, else a copy over the host's own pages, else over staging
// memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "engine/vulkan/program_memory.hpp"

namespace geoneuron::engine::vulkan {

// The most bytes that go to the device at once, and that come from it.
struct TransferSizes {
  uint64_t upload_bytes = 0;
  uint64_t download_bytes = 0;
};

class Transfer {
 public:
  Transfer(std::shared_ptr<VulkanDevice> device, ProgramMemory& memory)
      : device_(std::move(device)), memory_(memory) {}

  // Staging memory; large transfers go through it piece by piece. Nothing where the device's memory
  // is mapped. ENOMEM.
  Result<void> reserve(const TransferSizes& sizes);
  // The device must be idle. Both wait until the bytes are there; EFAULT where staging is needed
  // and was not reserved.
  Result<void> upload(std::span<const std::byte> from, const Buffer& to, uint64_t offset);
  Result<void> download(const Buffer& from, uint64_t offset, std::span<std::byte> to);

  // Transfers that went over imported host pages so far.
  uint64_t imports() const { return imports_; }

 private:
  static constexpr uint64_t kMaximumStagingBytes = 16 << 20;

  Result<void> copy(VkBuffer from, uint64_t from_offset, VkBuffer to, uint64_t to_offset,
                    uint64_t bytes);
  // A buffer over the pages of `bytes`, where they can be imported.
  Buffer import(std::span<const std::byte> bytes) const;

  std::shared_ptr<VulkanDevice> device_;
  ProgramMemory& memory_;
  const Buffer* to_device_ = nullptr;
  const Buffer* to_host_ = nullptr;
  uint64_t imports_ = 0;
};

}  // namespace geoneuron::engine::vulkan
