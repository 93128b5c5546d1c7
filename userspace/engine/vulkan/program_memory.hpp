// SPDX-License-Identifier: MIT
// ProgramMemory: all device memory of one program: arena blocks, constants, scratch and staging,
// each first asked of the memory manager. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engine/memory_manager.hpp"
#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/commands.hpp"

namespace geoneuron::engine::vulkan {

class ProgramMemory {
 public:
  ProgramMemory(std::shared_ptr<VulkanDevice> device, MemoryManager& manager)
      : device_(std::move(device)), manager_(manager) {}

  // A buffer of its own that lives as long as the program. The pointer stays valid. ENOMEM.
  Result<const Buffer*> allocate(uint64_t bytes, MemoryUse use, const char* purpose);
  // Bytes that the device will find in the returned place once finish_uploads() has run.
  Result<Binding> upload(std::span<const std::byte> bytes);
  // Room that is free again after reset_scratch().
  Result<Binding> scratch(uint64_t bytes);
  void reset_scratch();
  // Brings uploaded bytes onto the device.
  Result<void> finish_uploads();

  // Everything allocated so far.
  uint64_t allocated_bytes() const { return allocated_bytes_; }
  // Bytes at which a shader's view of a buffer may begin.
  uint64_t alignment() const;

 private:
  // A buffer that is given out from front to back.
  struct Chunk {
    const Buffer* buffer = nullptr;
    const Buffer* staging = nullptr;  // where the buffer is not mapped
    uint64_t used_bytes = 0;
  };

  Result<Chunk*> room(std::vector<Chunk>& chunks, uint64_t bytes, uint64_t chunk_bytes,
                      const char* purpose);
  static Binding take(Chunk& chunk, uint64_t bytes, uint64_t alignment);

  struct Entry {
    Buffer buffer;
    MemoryLease lease;
  };

  std::shared_ptr<VulkanDevice> device_;
  MemoryManager& manager_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<Chunk> constants_;
  std::vector<Chunk> scratch_;
  uint64_t allocated_bytes_ = 0;
};

}  // namespace geoneuron::engine::vulkan
