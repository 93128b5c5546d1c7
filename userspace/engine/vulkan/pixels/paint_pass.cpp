// SPDX-License-Identifier: MIT
// VulkanPixels: painting tiles.
#include <algorithm>

#include "engine/vulkan/pixels/paint_batch.hpp"
#include "engine/vulkan/pixels/paint_shader.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// Pixels on the device at once, 64 MiB, unless a single row of squares has more.
constexpr uint64_t kMaximumPixels = 16u << 20;

Result<void> upload_entries(PixelCommands& commands,
                            std::span<const views::Normalisation> normalisations,
                            const views::PackedPalette& palette, bool are_close) {
  const uint64_t most = commands.limits().maxTexelBufferElements / 256;
  if (normalisations.size() > most)
    return make_error(ENOTSUP, "%zu normalisations: this device takes at most %lu; use scope=layer",
                      normalisations.size(), most);
  const auto entries =
      GN_TRY(commands.reserve<PaintEntry>(1, normalisations.size() * 256, MemoryUse::kUpload));
  for (size_t n = 0; n < normalisations.size(); ++n)
    fill_entries(entries.subspan(n * 256).first<256>(), normalisations[n], palette, are_close);
  commands.set_texels(1, VK_FORMAT_R32G32B32A32_UINT);
  return {};
}

Result<void> upload_values(PixelCommands& commands, std::span<const float> elements,
                           std::span<const views::Tile> tiles, const PaintBatch& batch) {
  const auto values = GN_TRY(commands.reserve<float>(0, batch.values, MemoryUse::kUpload));
  for (size_t i = 0; i < batch.pieces.size(); ++i) {
    const PieceSource& source = batch.sources[i];
    const views::Tile& tile = tiles[source.tile];
    float* target = values.data() + batch.pieces[i].first_value;
    for (uint32_t row = source.first_row; row < source.first_row + source.rows; ++row) {
      const uint64_t first = tile.first_element + uint64_t{row} * tile.row_stride;
      // Bytes, not floats: a copy of a signalling NaN as a number may change it.
      std::memcpy(target, elements.data() + first, tile.width * sizeof(float));
      target += tile.width;
    }
  }
  commands.set_texels(0, VK_FORMAT_R32G32B32A32_UINT);
  return {};
}

void copy_pixels(std::span<const views::Rgba8> pixels, std::span<const views::Tile> tiles,
                 const PaintBatch& batch, views::Image& canvas) {
  for (size_t i = 0; i < batch.pieces.size(); ++i) {
    const PieceSource& source = batch.sources[i];
    const views::Tile& tile = tiles[source.tile];
    const views::Rgba8* from = pixels.data() + batch.pieces[i].first_pixel;
    const size_t width = size_t{tile.width} * tile.scale;
    const size_t top = size_t{tile.y} + size_t{source.first_row} * tile.scale;
    for (size_t y = top; y < top + size_t{source.rows} * tile.scale; ++y, from += width)
      std::memcpy(static_cast<void*>(&canvas.pixels[y * canvas.width + tile.x]), from,
                  width * sizeof(views::Rgba8));
  }
}

// A row of squares must fit on the device as a whole.
Result<void> check_row(const views::Tile& tile, uint64_t maximum) {
  const uint64_t pixels = uint64_t{tile.width} * tile.scale * tile.scale;
  if (pixels <= maximum) return {};
  return invalid(
      "tile of %u values a row at scale %u: a row of squares must have at most %lu "
      "pixels; choose a smaller scale",
      tile.width, tile.scale, maximum);
}

struct Estimates {
  std::vector<views::IndexEstimate> all;
  bool are_close = true;  // every one of them
};

Estimates estimates_of(std::span<const views::Normalisation> normalisations) {
  Estimates estimates;
  for (const auto& one : normalisations) {
    estimates.all.push_back(views::estimate_of(one));
    estimates.are_close = estimates.are_close && estimate_is_close(one, estimates.all.back());
  }
  return estimates;
}

Result<void> upload_batch(PixelCommands& commands, std::span<const float> elements,
                          std::span<const views::Tile> tiles, const PaintBatch& batch) {
  GN_TRY(upload_values(commands, elements, tiles, batch));
  GN_TRY(commands.upload<PaintPiece>(2, batch.pieces));
  return commands.upload<PaintJob>(3, batch.jobs);
}

}  // namespace

Result<void> VulkanPixels::paint(std::span<const float> elements,
                                 std::span<const views::Tile> tiles,
                                 std::span<const views::Normalisation> normalisations,
                                 const views::Palette& palette, views::Image& canvas) {
  GN_TRY(views::check_tiles(elements, tiles, normalisations.size(), canvas));
  GN_TRY(views::check_normalisations(normalisations));
  // Multiples of 4, as the shader takes four at a time.
  const uint64_t range = commands_.limits().maxStorageBufferRange / 16 * uint64_t{4};
  const uint64_t texels = commands_.limits().maxTexelBufferElements / 4 * uint64_t{4};
  const uint64_t maximum = std::min<uint64_t>({kMaximumPixels, range, texels});
  for (const views::Tile& tile : tiles)
    GN_TRY(check_row(tile, std::min<uint64_t>(range, 1u << 30)));
  if (tiles.empty()) return {};
  const views::PackedPalette colours = views::packed(palette);
  const Estimates estimates = estimates_of(normalisations);
  GN_TRY(upload_entries(commands_, normalisations, colours, estimates.are_close));
  const uint32_t constants[] = {estimates.are_close ? 1u : 0u};
  for (PaintBatch& batch : make_batches(tiles, maximum)) {
    for (PaintPiece& piece : batch.pieces) piece.estimate = estimates.all[piece.normalisation];
    GN_TRY(upload_batch(commands_, elements, tiles, batch));
    const auto pixels =
        GN_TRY(commands_.reserve<views::Rgba8>(4, batch.pixels, MemoryUse::kReadback));
    const PaintParameters push{static_cast<uint32_t>(batch.jobs.size()), colours[256], colours[257],
                               colours[258]};
    GN_TRY(commands_.run(paint_shader(), bytes_of(push), batch.jobs.size(), constants));
    copy_pixels(pixels, tiles, batch, canvas);
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
