// SPDX-License-Identifier: MIT
#include "engine/vulkan/pixels/chunks.hpp"

#include <gtest/gtest.h>

#include "engine/vulkan/pixels/paint_batch.hpp"

namespace geoneuron::engine::vulkan {
namespace {

TEST(Chunks, CoverEachRangeExactlyOnceAcrossSlabs) {
  const std::vector<views::ElementRange> ranges{{5, 300'000}, {100, 0}, {250'000, 100}, {0, 7}};
  for (const uint64_t slab_size : {1000ul, 65'537ul, 1ul << 24}) {
    std::vector<std::vector<int>> seen(ranges.size(), std::vector<int>(300'005));
    for (const Slab& slab : cut(ranges, slab_size)) {
      EXPECT_LE(slab.elements.count, slab_size);
      for (const Chunk& chunk : slab.chunks) {
        EXPECT_LE(chunk.count, kChunkValues);
        for (uint32_t i = 0; i < chunk.count; ++i)
          ++seen[chunk.target][slab.elements.first + chunk.first + i];
      }
    }
    for (size_t r = 0; r < ranges.size(); ++r)
      for (uint64_t i = 0; i < 300'005; ++i)
        ASSERT_EQ(seen[r][i], i >= ranges[r].first && i - ranges[r].first < ranges[r].count);
  }
}

TEST(PaintBatch, PaintsEveryRowOnceWithinItsLimit) {
  const std::vector<views::Tile> tiles{{0, 30, 40, 30, 0, 0, 3, 0},
                                       {0, 7, 1, 7, 0, 0, 1, 0},
                                       {0, 0, 9, 9, 0, 0, 1, 0},
                                       {0, 50, 50, 50, 0, 0, 1, 0}};
  std::vector<std::vector<int>> seen{
      std::vector<int>(40), {0}, std::vector<int>(9), std::vector<int>(50)};
  for (const PaintBatch& batch : make_batches(tiles, 1000)) {
    EXPECT_LE(batch.pixels, 1000u);
    uint64_t units = 0;
    for (const PaintPiece& piece : batch.pieces) units += piece.units;
    for (const PaintJob& job : batch.jobs) units -= job.units;
    EXPECT_EQ(units, 0u);
    for (const PieceSource& source : batch.sources)
      for (uint32_t i = 0; i < source.rows; ++i) ++seen[source.tile][source.first_row + i];
  }
  for (size_t tile : {0u, 1u, 3u})
    for (const int count : seen[tile]) EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
