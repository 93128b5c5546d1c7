// SPDX-License-Identifier: MIT
// VulkanPixels: painting heatmaps: limits and copies on the cores, everything else in one dispatch.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "engine/vulkan/pixels/paint_batch.hpp"
#include "engine/vulkan/pixels/paint_shader.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/heatmaps.hpp"
#include "views/normalisation.hpp"
#include "views/parallel.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using views::Heatmap;

// Values on the device at once, and pixels: 16 MiB each.
constexpr uint64_t kMaximumPixels = 4u << 20;
// Starting a thread costs about as much as this many elements.
constexpr uint64_t kGrain = 1 << 16;

// The whole of several maps, laid out one after the other.
struct HeatmapBatch {
  std::span<const Heatmap> maps;
  PaintBatch paint;
  std::vector<views::Normalisation> normalisations;  // by map
  std::span<float> values;                           // to be uploaded
};

struct Room {
  uint64_t values = 0, pixels = 0, maps = 0;
};

// How many of the first maps have room; 0 where the first alone has none.
size_t count_that_fit(std::span<const Heatmap> maps, const Room& room) {
  uint64_t values = 0, pixels = 0;
  size_t count = 0;
  for (; count < std::min<uint64_t>(maps.size(), room.maps); ++count) {
    values += whole_fours(maps[count].element_count());
    pixels += whole_fours(maps[count].pixel_count());
    if (values > room.values || pixels > room.pixels) break;
  }
  return count;
}

void lay_out(HeatmapBatch& batch) {
  for (size_t i = 0; i < batch.maps.size(); ++i) {
    const Heatmap& map = batch.maps[i];
    PaintPiece piece;
    piece.first_value = static_cast<uint32_t>(batch.paint.values);
    piece.width = map.width;
    piece.scale = map.scale;
    piece.first_pixel = static_cast<uint32_t>(batch.paint.pixels);
    piece.normalisation = static_cast<uint32_t>(i);
    piece.units = static_cast<uint32_t>(map.element_count() * map.scale);
    add_jobs(batch.paint, piece);
    batch.paint.pieces.push_back(piece);
    batch.paint.values += whole_fours(map.element_count());
    batch.paint.pixels += whole_fours(map.pixel_count());
  }
  batch.normalisations.resize(batch.maps.size());
}

// Calls `work` for each map, on several cores where that pays.
Result<void> for_each_map(const HeatmapBatch& batch,
                          const std::function<Result<void>(size_t map)>& work) {
  const uint64_t count = batch.maps.size();
  const uint64_t grain = count * kGrain / std::max<uint64_t>(batch.paint.values, 1) + 1;
  std::vector<Result<void>> results(views::part_count(count, grain));
  views::parallel_for(count, grain, [&](uint64_t begin, uint64_t end, uint32_t part) {
    for (uint64_t i = begin; i < end && results[part]; ++i) results[part] = work(i);
  });
  for (Result<void>& result : results) GN_TRY(std::move(result));
  return {};
}

// Limits first: then the values are in the cache when they are copied. Returns whether all
// estimates are close.
Result<bool> prepare(HeatmapBatch& batch, const views::NormalisationChoice& choice) {
  std::atomic<bool> are_close{true};  // several parts may clear it at once
  const auto prepare_one = [&](size_t i) -> Result<void> {
    const Heatmap& map = batch.maps[i];
    PaintPiece& piece = batch.paint.pieces[i];
    const views::Limits limits = GN_TRY(limits_of(map, choice));
    batch.normalisations[i] = views::thresholds_of(limits);
    piece.estimate = views::estimate_of(batch.normalisations[i]);
    if (!estimate_is_close(batch.normalisations[i], piece.estimate)) are_close = false;
    // Bytes, not floats: a copy of a signalling NaN as a number may change it.
    std::memcpy(batch.values.data() + piece.first_value, map.elements,
                map.element_count() * sizeof(float));
    return {};
  };
  GN_TRY(for_each_map(batch, prepare_one));
  return are_close.load();
}

Result<void> paint_batch(PixelCommands& commands, HeatmapBatch& batch,
                         const views::NormalisationChoice& choice,
                         const views::PackedPalette& colours) {
  lay_out(batch);
  batch.values = GN_TRY(commands.reserve<float>(0, batch.paint.values, MemoryUse::kUpload));
  commands.set_texels(0, VK_FORMAT_R32G32B32A32_UINT);
  const bool are_close = GN_TRY(prepare(batch, choice));
  const auto entries =
      GN_TRY(commands.reserve<PaintEntry>(1, batch.maps.size() * 256, MemoryUse::kUpload));
  commands.set_texels(1, VK_FORMAT_R32G32B32A32_UINT);
  for (size_t i = 0; i < batch.maps.size(); ++i)
    fill_entries(entries.subspan(i * 256).first<256>(), batch.normalisations[i], colours,
                 are_close);
  GN_TRY(commands.upload<PaintPiece>(2, batch.paint.pieces));
  GN_TRY(commands.upload<PaintJob>(3, batch.paint.jobs));
  const auto pixels =
      GN_TRY(commands.reserve<views::Rgba8>(4, batch.paint.pixels, MemoryUse::kReadback));
  const PaintParameters push{static_cast<uint32_t>(batch.paint.jobs.size()), colours[256],
                             colours[257], colours[258]};
  const uint32_t constants[] = {are_close ? 1u : 0u};
  GN_TRY(commands.run(paint_shader(), bytes_of(push), batch.paint.jobs.size(), constants));
  return for_each_map(batch, [&](size_t i) -> Result<void> {
    std::memcpy(static_cast<void*>(batch.maps[i].pixels),
                pixels.data() + batch.paint.pieces[i].first_pixel,
                batch.maps[i].pixel_count() * sizeof(views::Rgba8));
    return {};
  });
}

// One that is too large for a batch: cut by paint().
Result<void> paint_alone(views::PixelDevice& device, const Heatmap& map,
                         const views::NormalisationChoice& choice, const views::Palette& palette) {
  const std::vector<float> elements(map.elements, map.elements + map.element_count());
  const views::ElementRange range{0, elements.size()};
  const auto limits = GN_TRY(limits_of(device, elements, {&range, 1}, choice));
  const views::Normalisation normalisation = views::thresholds_of(limits.front());
  views::Tile tile;
  tile.width = tile.row_stride = map.width;
  tile.height = map.height;
  tile.scale = map.scale;
  views::Image canvas =
      views::Image::filled(map.width * map.scale, map.height * map.scale, views::Rgba8{});
  GN_TRY(device.paint(elements, {&tile, 1}, {&normalisation, 1}, palette, canvas));
  std::copy(canvas.pixels.begin(), canvas.pixels.end(), map.pixels);
  return {};
}

}  // namespace

Result<void> VulkanPixels::paint_heatmaps(std::span<const Heatmap> maps,
                                          const views::NormalisationChoice& choice,
                                          const views::Palette& palette) {
  GN_TRY(views::check_heatmaps(maps));
  const views::PackedPalette colours = views::packed(palette);
  const uint64_t range = commands_.limits().maxStorageBufferRange / 16 * uint64_t{4};
  const uint64_t texels = commands_.limits().maxTexelBufferElements / 4 * uint64_t{4};
  const uint64_t most = std::min<uint64_t>({kMaximumPixels, range, texels});
  const Room room{most, most, std::min<uint64_t>(texels, range) / 256};
  while (!maps.empty()) {
    const size_t count = count_that_fit(maps, room);
    if (count == 0) {
      GN_TRY(paint_alone(*this, maps.front(), choice, palette));
    } else {
      HeatmapBatch batch;
      batch.maps = maps.first(count);
      GN_TRY(paint_batch(commands_, batch, choice, colours));
    }
    maps = maps.subspan(std::max<size_t>(count, 1));
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
