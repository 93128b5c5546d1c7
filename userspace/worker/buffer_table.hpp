// SPDX-License-Identifier: MIT
// BufferTable: the clients' memory that this worker may touch, mapped once each. One thread at a
// time; what find() gives may be used from any thread, and outlives its place in the table.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ring/protocol.hpp"
#include "ring/sealed_memory.hpp"

namespace geoneuron::worker {

// Memory that clients change when they like: copy first, then check the copy.
struct Buffer {
  ring::SealedMemory memory;
  bool writable = false;
};

class BufferTable {
 public:
  static constexpr size_t kMaximumBuffers = 65536;

  // Maps what a message brought; in place of what had its id before. Where that fails, commands
  // that name the buffer fail with the same sentence.
  void add(const ring::BufferMessage& message, UniqueFd fd);
  void remove(uint64_t id) { buffers_.erase(id); }
  bool knows(uint64_t id) const { return buffers_.contains(id); }
  // Errors: why it could not be mapped: EINVAL for memory that its client could shrink, ENOTSUP
  // for a dma-buf, ENOMEM; EINVAL where there is none of that id.
  Result<std::shared_ptr<const Buffer>> find(uint64_t id) const;

 private:
  std::unordered_map<uint64_t, Result<std::shared_ptr<const Buffer>>> buffers_;
};

}  // namespace geoneuron::worker
