// SPDX-License-Identifier: MIT
#include "engine/suballocator.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace geoneuron::engine {
namespace {

uint64_t aligned(uint64_t offset, uint64_t alignment) {
  return (offset + alignment - 1) & ~(alignment - 1);
}

}  // namespace

Suballocator::Suballocator(uint64_t size_bytes) : size_bytes_(size_bytes) {
  if (size_bytes > 0) holes_[0] = size_bytes;
}

std::optional<uint64_t> Suballocator::allocate(uint64_t size_bytes, uint64_t alignment_bytes) {
  const uint64_t size = std::max<uint64_t>(size_bytes, 1);
  auto best = holes_.end();
  for (auto hole = holes_.begin(); hole != holes_.end(); ++hole) {
    const uint64_t lost = aligned(hole->first, alignment_bytes) - hole->first;
    const bool holds = hole->second >= lost && hole->second - lost >= size;
    if (holds && (best == holes_.end() || hole->second < best->second)) best = hole;
  }
  if (best == holes_.end()) return std::nullopt;
  const auto [begin, length] = *best;
  const uint64_t offset = aligned(begin, alignment_bytes);
  holes_.erase(best);
  if (offset > begin) holes_[begin] = offset - begin;
  if (offset + size < begin + length) holes_[offset + size] = begin + length - offset - size;
  used_[offset] = size;
  return offset;
}

void Suballocator::free(uint64_t offset_bytes) {
  const auto found = used_.find(offset_bytes);
  assert(found != used_.end());
  auto [offset, size] = *found;
  used_.erase(found);
  const auto next = holes_.find(offset + size);
  if (next != holes_.end()) {
    size += next->second;
    holes_.erase(next);
  }
  const auto after = holes_.lower_bound(offset);
  if (after != holes_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == offset) {
      before->second += size;
      return;
    }
  }
  holes_[offset] = size;
}

}  // namespace geoneuron::engine
