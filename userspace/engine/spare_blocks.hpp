// SPDX-License-Identifier: MIT
// SpareBlocks: memory that tensors have given back, kept for the next ones: on many machines the
// pages of a fresh allocation cost more than the copying. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

namespace geoneuron::engine {

class SpareBlocks {
 public:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  using Block = std::unique_ptr<std::byte, Free>;

  // A block of exactly `size` bytes, as that is what somebody asked room for; or null.
  Block take(size_t size);
  // Keeps it until it is taken or its room is needed: larger ones go first. Called by destructors.
  void give(Block block, size_t size) noexcept;
  // From now on at most so much is kept, and never more than 64 MiB; what is above is freed.
  void limit(uint64_t bytes) noexcept;
  uint64_t kept_bytes() const;

 private:
  static constexpr uint64_t kMostKeptBytes = 64 << 20;

  void shrink_to(uint64_t bytes);

  mutable std::mutex
      mutex_;  // guards what follows against tensors that other threads make and drop
  std::multimap<size_t, Block> blocks_;
  uint64_t kept_bytes_ = 0;  // never above limit_bytes_
  uint64_t limit_bytes_ = kMostKeptBytes;
};

}  // namespace geoneuron::engine
