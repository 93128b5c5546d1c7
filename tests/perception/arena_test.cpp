// SPDX-License-Identifier: MIT
#include "perception/arena.hpp"

#include <gtest/gtest.h>

#include <random>

namespace geoneuron::perception {
namespace {

void expect_sound(std::span<const Lifetime> lifetimes, const ArenaLimits& limits) {
  const ArenaLayout layout = lay_out(lifetimes, limits);
  ASSERT_EQ(layout.slots.size(), lifetimes.size());
  for (size_t i = 0; i < lifetimes.size(); ++i) {
    const Slot& a = layout.slots[i];
    ASSERT_EQ(a.offset_bytes % limits.alignment_bytes, 0u);
    ASSERT_LE(a.offset_bytes + a.size_bytes, layout.block_bytes.at(a.block));
    for (size_t j = 0; j < i; ++j) {
      const Slot& b = layout.slots[j];
      if (!lifetimes[i].overlaps(lifetimes[j]) || a.block != b.block) continue;
      ASSERT_TRUE(a.offset_bytes >= b.offset_bytes + b.size_bytes ||
                  b.offset_bytes >= a.offset_bytes + a.size_bytes);
    }
  }
  for (const uint64_t bytes : layout.block_bytes) ASSERT_LE(bytes, limits.maximum_block_bytes);
}

TEST(Arena, LiveValuesNeverOverlap) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<Lifetime> lifetimes;
    for (size_t i = 0; i < 1 + random() % 60; ++i) {
      const uint32_t first = static_cast<uint32_t>(random() % 30);
      lifetimes.push_back({first, first + static_cast<uint32_t>(random() % 10), random() % 1000});
    }
    const uint64_t maximum = round % 3 == 0 ? UINT64_MAX : 1024 + random() % 3000;
    expect_sound(lifetimes, {uint64_t{1} << random() % 9, maximum});
  }
}

TEST(Arena, ReusesWhatIsNoLongerAlive) {
  const std::vector<Lifetime> chain = {{0, 1, 1024}, {1, 2, 1024}, {2, 3, 1024}, {3, 4, 1024}};
  EXPECT_EQ(lay_out(chain, {64, UINT64_MAX}).total_bytes(), 2048u);
}

TEST(Arena, OpensABlockWhereOneWouldGetTooLarge) {
  const std::vector<Lifetime> together = {{0, 1, 1000}, {0, 1, 1000}, {0, 1, 24}};
  const ArenaLayout layout = lay_out(together, {8, 1024});
  EXPECT_EQ(layout.block_bytes.size(), 2u);
}

TEST(Arena, AnEmptyValueHasAPlaceToo) {
  const std::vector<Lifetime> empty = {{0, 0, 0}, {0, 0, 0}};
  const ArenaLayout layout = lay_out(empty, {64, UINT64_MAX});
  EXPECT_NE(layout.slots[0].offset_bytes, layout.slots[1].offset_bytes);
}

}  // namespace
}  // namespace geoneuron::perception
