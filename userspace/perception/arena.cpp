// SPDX-License-Identifier: MIT
#include "perception/arena.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

#include "base/alignment.hpp"

namespace geoneuron::perception {
namespace {

// One block while it is filled: what lies in it, ordered by offset.
struct Block {
  struct Range {
    uint64_t begin, end;
    Lifetime lifetime;
  };
  std::vector<Range> ranges;
  uint64_t height = 0;  // one past the last byte in use
};

struct Gap {
  uint64_t offset;
  uint64_t waste;   // bytes left over in the gap
  uint64_t growth;  // bytes by which the block gets higher
};

bool better(const Gap& a, const Gap& b) {
  return a.growth != b.growth ? a.growth < b.growth : a.waste < b.waste;
}

// The best place for `lifetime` in `block`, if any is below `maximum`.
std::optional<Gap> best_gap(const Block& block, const Lifetime& lifetime, uint64_t size,
                            uint64_t maximum) {
  std::optional<Gap> best;
  uint64_t free_from = 0;
  for (const Block::Range& range : block.ranges) {
    if (!range.lifetime.overlaps(lifetime)) continue;
    if (range.begin >= free_from && range.begin - free_from >= size) {
      const Gap gap{free_from, range.begin - free_from - size, 0};
      if (!best || better(gap, *best)) best = gap;
    }
    free_from = std::max(free_from, range.end);
  }
  if (best) return best;
  if (size > maximum || free_from > maximum - size) return std::nullopt;
  const uint64_t end = free_from + size;
  return Gap{free_from, 0, end > block.height ? end - block.height : 0};
}

void insert(Block& block, const Lifetime& lifetime, uint64_t offset, uint64_t size) {
  const auto position =
      std::lower_bound(block.ranges.begin(), block.ranges.end(), offset,
                       [](const Block::Range& range, uint64_t at) { return range.begin < at; });
  block.ranges.insert(position, {offset, offset + size, lifetime});
  block.height = std::max(block.height, offset + size);
}

Slot place(std::vector<Block>& blocks, const Lifetime& lifetime, const ArenaLimits& limits) {
  const uint64_t size = aligned(std::max<uint64_t>(lifetime.size_bytes, 1), limits.alignment_bytes);
  const uint64_t maximum = limits.maximum_block_bytes & ~(limits.alignment_bytes - 1);
  assert(size <= maximum);
  std::optional<Gap> best;
  size_t chosen = blocks.size();
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto gap = best_gap(blocks[i], lifetime, size, maximum);
    if (gap && (!best || better(*gap, *best))) {
      best = gap;
      chosen = i;
    }
  }
  if (!best) blocks.emplace_back();
  const uint64_t offset = best ? best->offset : 0;
  insert(blocks[chosen], lifetime, offset, size);
  return {static_cast<uint32_t>(chosen), offset, lifetime.size_bytes};
}

}  // namespace

uint64_t ArenaLayout::total_bytes() const {
  return std::accumulate(block_bytes.begin(), block_bytes.end(), uint64_t{0});
}

ArenaLayout lay_out(std::span<const Lifetime> lifetimes, const ArenaLimits& limits) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return lifetimes[a].size_bytes > lifetimes[b].size_bytes;
  });
  std::vector<Block> blocks;
  ArenaLayout layout;
  layout.slots.resize(lifetimes.size());
  for (const size_t i : order) layout.slots[i] = place(blocks, lifetimes[i], limits);
  for (const Block& block : blocks) layout.block_bytes.push_back(block.height);
  return layout;
}

}  // namespace geoneuron::perception
