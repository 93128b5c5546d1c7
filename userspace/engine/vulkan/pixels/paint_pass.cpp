// SPDX-License-Identifier: MIT
// VulkanPixels: painting tiles.
#include <algorithm>
#include <bit>

#include "engine/vulkan/pixels/paint_batch.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "shaders/views/paint.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// Pixels on the device at once, 64 MiB, unless a single row of squares has more.
constexpr uint64_t kMaximumPixels = 16u << 20;

constexpr auto kTexels = BindingKind::kTexelBuffer;
constexpr auto kStorage = BindingKind::kStorageBuffer;
constexpr BindingKind kBindings[] = {kTexels, kTexels, kTexels, kStorage, kStorage, kStorage};
constexpr Shader kPaint{"views/paint", shaders::views_paint, kBindings, sizeof(uint32_t)};

// Thresholds of all normalisations, 256 words each: the first is not used, so that the shader
// counts from 1.
Result<void> upload_thresholds(PixelCommands& commands,
                               std::span<const views::Normalisation> normalisations) {
  const auto words =
      GN_TRY(commands.reserve<uint32_t>(1, normalisations.size() * 256, MemoryUse::kUpload));
  for (size_t i = 0; i < normalisations.size(); ++i) {
    words[i * 256] = 0;
    std::copy(normalisations[i].thresholds.begin(), normalisations[i].thresholds.end(),
              words.begin() + static_cast<ptrdiff_t>(i * 256 + 1));
  }
  return {};
}

Result<void> upload_palette(PixelCommands& commands, const views::Palette& palette) {
  std::array<uint32_t, 259> words;
  for (size_t i = 0; i < 256; ++i) words[i] = std::bit_cast<uint32_t>(palette.colours[i]);
  words[256] = std::bit_cast<uint32_t>(palette.nan);
  words[257] = std::bit_cast<uint32_t>(palette.positive_infinity);
  words[258] = std::bit_cast<uint32_t>(palette.negative_infinity);
  return commands.upload<uint32_t>(2, words);
}

Result<void> upload_values(PixelCommands& commands, std::span<const float> elements,
                           std::span<const views::Tile> tiles, const PaintBatch& batch) {
  const auto values = GN_TRY(commands.reserve<float>(0, batch.values, MemoryUse::kUpload));
  float* target = values.data();
  for (const PieceSource& source : batch.sources) {
    const views::Tile& tile = tiles[source.tile];
    for (uint32_t row = source.first_row; row < source.first_row + source.rows; ++row) {
      const uint64_t first = tile.first_element + uint64_t{row} * tile.row_stride;
      // Bytes, not floats: a copy of a signalling NaN as a number may change it.
      std::memcpy(target, elements.data() + first, tile.width * sizeof(float));
      target += tile.width;
    }
  }
  return {};
}

void copy_pixels(std::span<const views::Rgba8> pixels, std::span<const views::Tile> tiles,
                 const PaintBatch& batch, views::Image& canvas) {
  const views::Rgba8* from = pixels.data();
  for (const PieceSource& source : batch.sources) {
    const views::Tile& tile = tiles[source.tile];
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

}  // namespace

Result<void> VulkanPixels::paint(std::span<const float> elements,
                                 std::span<const views::Tile> tiles,
                                 std::span<const views::Normalisation> normalisations,
                                 const views::Palette& palette, views::Image& canvas) {
  GN_TRY(views::check_tiles(elements, tiles, normalisations.size(), canvas));
  const uint64_t range = commands_.limits().maxStorageBufferRange / sizeof(views::Rgba8);
  const uint64_t maximum =
      std::min<uint64_t>({kMaximumPixels, range, commands_.limits().maxTexelBufferElements});
  for (const views::Tile& tile : tiles)
    GN_TRY(check_row(tile, std::min<uint64_t>(range, 1u << 30)));
  if (tiles.empty()) return {};
  GN_TRY(upload_thresholds(commands_, normalisations));
  GN_TRY(upload_palette(commands_, palette));
  for (const PaintBatch& batch : make_batches(tiles, maximum)) {
    GN_TRY(upload_values(commands_, elements, tiles, batch));
    GN_TRY(commands_.upload<PaintPiece>(3, batch.pieces));
    GN_TRY(commands_.upload<PaintJob>(4, batch.jobs));
    const auto pixels =
        GN_TRY(commands_.reserve<views::Rgba8>(5, batch.pixels, MemoryUse::kReadback));
    const auto job_count = static_cast<uint32_t>(batch.jobs.size());
    GN_TRY(commands_.run(kPaint, bytes_of(job_count), job_count));
    copy_pixels(pixels, tiles, batch, canvas);
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
