// SPDX-License-Identifier: MIT
// VulkanPixels: painting heatmaps: limits and copies on the cores, everything else in one dispatch.
// Large ones are not copied, where the driver can use their pages: a dispatch each, in one
// submission.
#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
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
// From so many pixels on a dispatch of its own costs less than the copies.
constexpr uint64_t kLeastImportedPixels = 1 << 15;
constexpr size_t kMostImported = 64;  // maps in one submission

// Making thresholds takes microseconds; starting a thread, as long as so many.
constexpr uint64_t kScaleGrain = 32;

// What maps with the same limits share.
struct Scale {
  views::Limits limits;
  views::Normalisation normalisation;
  views::IndexEstimate estimate;
  bool is_close = false;
};

// The whole of several maps, laid out one after the other.
struct HeatmapBatch {
  std::span<const Heatmap> maps;
  PaintBatch paint;
  std::vector<views::Limits> limits;  // by map
  std::vector<Scale> scales;
  std::span<float> values;  // to be uploaded; none where pages are imported
};

// Buffers over the pages of a map's elements and of its picture.
struct ImportedMap {
  Buffer elements, picture;
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
    piece.units = static_cast<uint32_t>(map.element_count() * map.scale);
    add_jobs(batch.paint, piece);
    batch.paint.pieces.push_back(piece);
    batch.paint.values += whole_fours(map.element_count());
    batch.paint.pixels += whole_fours(map.pixel_count());
  }
  batch.limits.resize(batch.maps.size());
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

// Limits first: then the values to be uploaded are in the cache when they are
// copied.
Result<void> take_values(HeatmapBatch& batch, const views::NormalisationChoice& choice) {
  return for_each_map(batch, [&](size_t i) -> Result<void> {
    const Heatmap& map = batch.maps[i];
    batch.limits[i] = GN_TRY(limits_of(map, choice));
    if (batch.values.empty()) return {};
    // Bytes, not floats: a copy of a signalling NaN as a number may change it.
    std::memcpy(batch.values.data() + batch.paint.pieces[i].first_value, map.elements,
                map.element_count() * sizeof(float));
    return {};
  });
}

// Maps that follow each other and have the same limits share a scale: those of a stream all do, and
// then the device finds its colours in one table.
void make_scales(HeatmapBatch& batch) {
  for (size_t i = 0; i < batch.maps.size(); ++i) {
    if (i == 0 || batch.limits[i] != batch.limits[i - 1])
      batch.scales.emplace_back().limits = batch.limits[i];
    batch.paint.pieces[i].normalisation = static_cast<uint32_t>(batch.scales.size() - 1);
  }
  views::parallel_for(batch.scales.size(), kScaleGrain,
                      [&](uint64_t begin, uint64_t end, uint32_t) {
                        for (Scale& scale : std::span(batch.scales).subspan(begin, end - begin)) {
                          scale.normalisation = views::thresholds_of(scale.limits);
                          scale.estimate = views::estimate_of(scale.normalisation);
                          scale.is_close = estimate_is_close(scale.normalisation, scale.estimate);
                        }
                      });
  for (PaintPiece& piece : batch.paint.pieces)
    piece.estimate = batch.scales[piece.normalisation].estimate;
}

// The colours of all scales; whether all estimates are close.
Result<bool> upload_scales(PixelCommands& commands, const HeatmapBatch& batch,
                           const views::PackedPalette& colours) {
  const bool are_close = std::ranges::all_of(batch.scales, &Scale::is_close);
  const auto entries =
      GN_TRY(commands.reserve<PaintEntry>(1, batch.scales.size() * 256, MemoryUse::kUpload));
  commands.set_texels(1, VK_FORMAT_R32G32B32A32_UINT);
  for (size_t i = 0; i < batch.scales.size(); ++i)
    fill_entries(entries.subspan(i * 256).first<256>(), batch.scales[i].normalisation, colours,
                 are_close);
  return are_close;
}

Result<void> paint_batch(PixelCommands& commands, HeatmapBatch& batch,
                         const views::NormalisationChoice& choice,
                         const views::PackedPalette& colours) {
  lay_out(batch);
  batch.values = GN_TRY(commands.reserve<float>(0, batch.paint.values, MemoryUse::kUpload));
  commands.set_texels(0, VK_FORMAT_R32G32B32A32_UINT);
  GN_TRY(take_values(batch, choice));
  make_scales(batch);
  const bool are_close = GN_TRY(upload_scales(commands, batch, colours));
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

// Nothing where the memory is not of whole pages, or where the driver does not take it.
std::optional<ImportedMap> import_map(PixelCommands& commands, const Heatmap& map) {
  const std::span elements(map.elements, map.element_count());
  const std::span picture(map.pixels, map.pixel_count());
  // The device only reads the elements.
  auto* begin = const_cast<float*>(elements.data());
  auto from = Buffer::import_host(commands.device(),
                                  std::as_writable_bytes(std::span(begin, elements.size())));
  if (!from) return std::nullopt;
  auto to = Buffer::import_host(commands.device(), std::as_writable_bytes(picture));
  if (!to) return std::nullopt;
  return ImportedMap{std::move(*from), std::move(*to)};
}

// Each piece is the whole of its map, whose buffers are its own.
Result<void> paint_imported(PixelCommands& commands, HeatmapBatch& batch,
                            std::span<const ImportedMap> imported,
                            const views::NormalisationChoice& choice,
                            const views::PackedPalette& colours) {
  lay_out(batch);
  for (PaintPiece& piece : batch.paint.pieces) piece.first_value = piece.first_pixel = 0;
  GN_TRY(take_values(batch, choice));
  make_scales(batch);
  const bool are_close = GN_TRY(upload_scales(commands, batch, colours));
  GN_TRY(commands.upload<PaintPiece>(2, batch.paint.pieces));
  GN_TRY(commands.upload<PaintJob>(3, batch.paint.jobs));
  std::vector<PaintParameters> pushed(imported.size(),
                                      {0, colours[256], colours[257], colours[258], 0});
  for (const PaintJob& job : batch.paint.jobs) ++pushed[job.piece].job_count;
  std::vector<PixelCommands::Dispatch> dispatches;
  for (size_t i = 0; i < imported.size(); ++i) {
    if (i > 0) pushed[i].first_job = pushed[i - 1].first_job + pushed[i - 1].job_count;
    const auto& [elements, picture] = imported[i];
    const Binding from{elements.get(), 0, elements.size_bytes(), VK_FORMAT_R32G32B32A32_UINT};
    const Binding to{picture.get(), 0, picture.size_bytes()};
    dispatches.push_back({{from, commands.binding(1), commands.binding(2), commands.binding(3), to},
                          bytes_of(pushed[i]),
                          pushed[i].job_count});
  }
  const uint32_t constants[] = {are_close ? 1u : 0u};
  return commands.run_all(paint_shader(), dispatches, constants);
}

// Paints those whose pages the device can use, and returns the others.
Result<std::vector<Heatmap>> paint_in_place(PixelCommands& commands, std::span<const Heatmap> maps,
                                            uint64_t most_values,
                                            const views::NormalisationChoice& choice,
                                            const views::PackedPalette& colours) {
  std::vector<Heatmap> others, painted;
  std::vector<ImportedMap> imported;
  const auto paint = [&]() -> Result<void> {
    HeatmapBatch batch;
    batch.maps = painted;
    if (!painted.empty()) GN_TRY(paint_imported(commands, batch, imported, choice, colours));
    painted.clear();
    imported.clear();
    return {};
  };
  for (const Heatmap& map : maps) {
    const bool is_large =
        map.pixel_count() >= kLeastImportedPixels && map.pixel_count() <= most_values;
    auto one = is_large ? import_map(commands, map) : std::nullopt;
    if (one) {
      imported.push_back(std::move(*one));
      painted.push_back(map);
    } else {
      others.push_back(map);
    }
    if (painted.size() == kMostImported) GN_TRY(paint());
  }
  GN_TRY(paint());
  return others;
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
  const std::vector<Heatmap> others =
      GN_TRY(paint_in_place(commands_, maps, most, choice, colours));
  maps = others;
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
