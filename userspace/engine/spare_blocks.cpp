// SPDX-License-Identifier: MIT
#include "engine/spare_blocks.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

namespace geoneuron::engine {
namespace {

// Smaller allocations are cheap: malloc keeps their pages.
constexpr size_t kSmallestKeptBytes = 64 << 10;

}  // namespace

SpareBlocks::Block SpareBlocks::take(size_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(size);
  if (found == blocks_.end()) return nullptr;
  Block block = std::move(found->second);
  kept_bytes_ -= size;
  blocks_.erase(found);
  return block;
}

void SpareBlocks::give(Block block, size_t size) noexcept {
  const std::lock_guard lock(mutex_);
  if (size < kSmallestKeptBytes || size > limit_bytes_) return;
  shrink_to(limit_bytes_ - size);  // or sizes that nobody needs any more would fill the room
  try {
    blocks_.emplace(size, std::move(block));
    kept_bytes_ += size;
  } catch (const std::bad_alloc&) {  // even this needs memory that there is not
  }
}

void SpareBlocks::limit(uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  limit_bytes_ = std::min(bytes, kMostKeptBytes);
  shrink_to(limit_bytes_);
}

void SpareBlocks::shrink_to(uint64_t bytes) {
  while (kept_bytes_ > bytes) {
    const auto largest = std::prev(blocks_.end());
    kept_bytes_ -= largest->first;
    blocks_.erase(largest);
  }
}

uint64_t SpareBlocks::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return kept_bytes_;
}

}  // namespace geoneuron::engine
