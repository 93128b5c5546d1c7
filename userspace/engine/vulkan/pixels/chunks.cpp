// SPDX-License-Identifier: MIT
#include "engine/vulkan/pixels/chunks.hpp"

#include <algorithm>

namespace geoneuron::engine::vulkan {
namespace {

void add_chunks(Slab& slab, const views::ElementRange& range, uint32_t target) {
  const uint64_t begin = std::max(range.first, slab.elements.first);
  const uint64_t end =
      std::min(range.first + range.count, slab.elements.first + slab.elements.count);
  for (uint64_t at = begin; at < end; at += kChunkValues)
    slab.chunks.push_back({static_cast<uint32_t>(at - slab.elements.first),
                           static_cast<uint32_t>(std::min(kChunkValues, end - at)), target, 0});
}

}  // namespace

std::vector<Slab> cut(std::span<const views::ElementRange> ranges, uint64_t maximum_slab) {
  uint64_t begin = UINT64_MAX, end = 0;
  for (const views::ElementRange& range : ranges) {
    if (range.count == 0) continue;
    begin = std::min(begin, range.first);
    end = std::max(end, range.first + range.count);
  }
  std::vector<Slab> slabs;
  for (uint64_t at = begin; at < end; at += maximum_slab) {
    Slab slab{{at, std::min(maximum_slab, end - at)}, {}};
    for (size_t i = 0; i < ranges.size(); ++i)
      add_chunks(slab, ranges[i], static_cast<uint32_t>(i));
    if (!slab.chunks.empty()) slabs.push_back(std::move(slab));
  }
  return slabs;
}

}  // namespace geoneuron::engine::vulkan
