// SPDX-License-Identifier: MIT
#include "engine/vulkan/pixels/paint_batch.hpp"

#include <algorithm>

namespace geoneuron::engine::vulkan {
namespace {

// Pixels per invocation: far below the 65,535 iterations at which llvmpipe leaves a loop. A unit is
// at most one row of a value's square, so one unit is never more than kMaximumExtent.
constexpr uint32_t kPixelsPerInvocation = 64;
constexpr uint32_t kInvocations = 64;

}  // namespace

void add_jobs(PaintBatch& batch, const PaintPiece& piece) {
  const uint32_t per_invocation = std::max(1u, kPixelsPerInvocation / piece.scale);
  const uint32_t per_group = per_invocation * kInvocations;
  const auto index = static_cast<uint32_t>(batch.pieces.size());
  for (uint32_t unit = 0; unit < piece.units; unit += per_group)
    batch.jobs.push_back({index, unit, std::min(per_group, piece.units - unit)});
}

namespace {

void add_piece(PaintBatch& batch, const views::Tile& tile, const PieceSource& source) {
  const uint64_t values = uint64_t{tile.width} * source.rows;
  PaintPiece piece;
  piece.first_value = static_cast<uint32_t>(batch.values);
  piece.width = tile.width;
  piece.scale = tile.scale;
  piece.first_pixel = static_cast<uint32_t>(batch.pixels);
  piece.normalisation = tile.normalisation;
  piece.units = static_cast<uint32_t>(values * tile.scale);
  add_jobs(batch, piece);
  batch.pieces.push_back(piece);
  batch.sources.push_back(source);
  batch.values += whole_fours(values);
  batch.pixels += whole_fours(values * tile.scale * tile.scale);
}

}  // namespace

std::vector<PaintBatch> make_batches(std::span<const views::Tile> tiles, uint64_t maximum) {
  std::vector<PaintBatch> batches;
  for (uint32_t i = 0; i < tiles.size(); ++i) {
    const views::Tile& tile = tiles[i];
    // One row of values is the least that a piece can have.
    const uint64_t row_pixels = uint64_t{tile.width} * tile.scale * tile.scale;
    if (row_pixels == 0) continue;
    for (uint32_t row = 0; row < tile.height;) {
      const uint64_t used = batches.empty() ? maximum : batches.back().pixels;
      uint64_t rows = used < maximum ? (maximum - used) / row_pixels : 0;
      if (rows == 0) {
        batches.emplace_back();
        rows = std::max<uint64_t>(1, maximum / row_pixels);
      }
      rows = std::min<uint64_t>(rows, tile.height - row);
      add_piece(batches.back(), tile, {i, row, static_cast<uint32_t>(rows)});
      row += static_cast<uint32_t>(rows);
    }
  }
  return batches;
}

}  // namespace geoneuron::engine::vulkan
