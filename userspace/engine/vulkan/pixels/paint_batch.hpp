// SPDX-License-Identifier: MIT
// PaintBatch: tiles cut into what fits into one dispatch. Pure; a plain value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "views/colour_index.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::engine::vulkan {

// As in shaders/views/paint.comp: whole rows of one tile.
struct PaintPiece {
  uint32_t first_value = 0;
  uint32_t width = 0;
  uint32_t scale = 1;
  uint32_t first_pixel = 0;
  uint32_t normalisation = 0;
  uint32_t units = 0;
  views::IndexEstimate estimate;
};

// As there: what one workgroup does of a piece.
struct PaintJob {
  uint32_t piece = 0;
  uint32_t first_unit = 0;
  uint32_t units = 0;
};

// Where a piece's values come from and its pixels go.
struct PieceSource {
  uint32_t tile = 0;
  uint32_t first_row = 0;  // of values
  uint32_t rows = 0;
};

struct PaintBatch {
  std::vector<PaintPiece> pieces;
  std::vector<PieceSource> sources;  // of each piece
  std::vector<PaintJob> jobs;
  // Packed, each piece filled up to a multiple of 4: the shader takes four at a time.
  uint64_t values = 0, pixels = 0;
};

// The shader takes values and pixels four at a time.
inline uint64_t whole_fours(uint64_t count) {
  return (count + 3) / 4 * 4;
}
// Adds the jobs of a piece that is to be the next.
void add_jobs(PaintBatch& batch, const PaintPiece& piece);

// Batches that together paint all tiles; each has at most `maximum` values and pixels, a multiple
// of 4, unless a single row of one tile has more. Tiles are those of a checked canvas.
// The pieces' estimates are left to the caller.
std::vector<PaintBatch> make_batches(std::span<const views::Tile> tiles, uint64_t maximum);

}  // namespace geoneuron::engine::vulkan
