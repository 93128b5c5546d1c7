// SPDX-License-Identifier: MIT
#include "engine/spare_blocks.hpp"

#include <gtest/gtest.h>

namespace geoneuron::engine {
namespace {

constexpr size_t kKiB = 1024, kMiB = 1024 * kKiB;

void give(SpareBlocks& spare, size_t size) {
  spare.give(SpareBlocks::Block(static_cast<std::byte*>(std::malloc(size))), size);
}

TEST(SpareBlocks, GivesOnlyABlockOfExactlyTheSize) {
  SpareBlocks spare;
  give(spare, kMiB);
  EXPECT_EQ(spare.take(kMiB - 1), nullptr);
  EXPECT_EQ(spare.take(kMiB + 1), nullptr);
  EXPECT_NE(spare.take(kMiB), nullptr);
  EXPECT_EQ(spare.take(kMiB), nullptr);
  EXPECT_EQ(spare.kept_bytes(), 0u);
}

TEST(SpareBlocks, LargerOnesGoFirstWhenRoomIsNeeded) {
  SpareBlocks spare;
  spare.limit(6 * kMiB);
  for (const size_t size : {1 * kMiB, 3 * kMiB, 2 * kMiB}) give(spare, size);
  give(spare, 1 * kMiB);
  EXPECT_EQ(spare.take(3 * kMiB), nullptr);
  EXPECT_EQ(spare.kept_bytes(), 4 * kMiB);
  spare.limit(2 * kMiB);
  EXPECT_EQ(spare.take(2 * kMiB), nullptr);
  EXPECT_EQ(spare.kept_bytes(), 2 * kMiB);
}

TEST(SpareBlocks, KeepsAtMost64MiBAndNothingBelow64KiB) {
  SpareBlocks spare;
  spare.limit(1024 * kMiB);
  give(spare, 64 * kMiB + 1);
  give(spare, 64 * kKiB - 1);
  EXPECT_EQ(spare.kept_bytes(), 0u);
  for (int i = 0; i < 3; ++i) give(spare, 30 * kMiB);
  EXPECT_EQ(spare.kept_bytes(), 60 * kMiB);
  give(spare, 64 * kKiB);
  EXPECT_EQ(spare.kept_bytes(), 60 * kMiB + 64 * kKiB);
}

}  // namespace
}  // namespace geoneuron::engine
