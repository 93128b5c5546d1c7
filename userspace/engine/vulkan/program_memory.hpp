// SPDX-License-Identifier: MIT
// ProgramMemory: all device memory of one program: arena blocks, constants, scratch and staging,
// each first asked of the memory manager. Without a manager it only finds out how much a program
// would take: places have no buffer then. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engine/memory_manager.hpp"
#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/commands.hpp"

namespace geoneuron::engine::vulkan {

// The sizes of the buffers that a program's constants and scratch are given out of.
struct ChunkSizes {
  std::vector<uint64_t> constants;
  std::vector<uint64_t> scratch;
};

class ProgramMemory {
 public:
  // For measuring.
  explicit ProgramMemory(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
  // `sizes` are the chunk_sizes() of a measurement that asked for the same in the same order.
  ProgramMemory(std::shared_ptr<VulkanDevice> device, MemoryManager& manager, ChunkSizes sizes)
      : device_(std::move(device)), manager_(&manager), sizes_(std::move(sizes)) {}

  // A buffer of its own that lives as long as the program. The pointer stays valid. ENOMEM.
  Result<const Buffer*> allocate(uint64_t bytes, MemoryUse use, const char* purpose);
  // Bytes that the device will find in the returned place once finish_uploads() has run. ENOTSUP
  // where they are more than a shader sees at once. `write` fills them in; not called when
  // measuring.
  Result<Binding> upload(uint64_t bytes, const std::function<void(std::span<std::byte>)>& write);
  Result<Binding> upload(std::span<const std::byte> bytes);
  // Room that is free again after reset_scratch(). ENOTSUP as upload.
  Result<Binding> scratch(uint64_t bytes);
  void reset_scratch();
  // Brings uploaded bytes onto the device.
  Result<void> finish_uploads();

  bool is_measuring() const { return manager_ == nullptr; }
  // What has been given out so far.
  ChunkSizes chunk_sizes() const;
  // Everything allocated so far.
  uint64_t allocated_bytes() const { return allocated_bytes_; }
  // range_alignment_bytes of the device.
  uint64_t alignment() const;

 private:
  // A buffer that is given out from front to back.
  struct Chunk {
    const Buffer* buffer = nullptr;
    const Buffer* staging = nullptr;  // where the buffer is not mapped
    uint64_t size_bytes = 0;
    uint64_t used_bytes = 0;
    uint64_t peak_bytes = 0;
  };

  Result<Chunk*> room(std::vector<Chunk>& chunks, std::span<const uint64_t> sizes, uint64_t bytes,
                      const char* purpose);
  Binding take(Chunk& chunk, uint64_t bytes) const;

  struct Entry {
    Buffer buffer;
    MemoryLease lease;
  };

  std::shared_ptr<VulkanDevice> device_;
  MemoryManager* manager_ = nullptr;
  ChunkSizes sizes_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<Chunk> constants_;
  std::vector<Chunk> scratch_;
  uint64_t allocated_bytes_ = 0;
};

// No tensor, constant or scratch that one shader sees is larger.
uint64_t maximum_range_bytes(const VulkanDevice& device);
// Where in a buffer such a range may begin: at multiples of this.
uint64_t range_alignment_bytes(const VulkanDevice& device);

}  // namespace geoneuron::engine::vulkan
