// SPDX-License-Identifier: MIT
// Arena: gives ranges of a few blocks to values, so that values alive at the same time never share
// a byte. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace geoneuron::perception {

// A range of one arena block, in bytes.
struct Slot {
  uint32_t block = 0;
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
};

// A value is alive from step `first` to step `last`, both included.
struct Lifetime {
  uint32_t first = 0;
  uint32_t last = 0;
  uint64_t size_bytes = 0;

  bool overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

struct ArenaLayout {
  std::vector<Slot> slots;            // one per lifetime
  std::vector<uint64_t> block_bytes;  // multiples of the alignment

  uint64_t total_bytes() const;
};

struct ArenaLimits {
  uint64_t alignment_bytes = 64;  // a power of two
  uint64_t maximum_block_bytes = UINT64_MAX;
};

// Largest first, each at the tightest gap between those placed before that it overlaps in time
// (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020: greedy by
// size). No lifetime may be larger than a block (asserted).
ArenaLayout lay_out(std::span<const Lifetime> lifetimes, const ArenaLimits& limits);

}  // namespace geoneuron::perception
