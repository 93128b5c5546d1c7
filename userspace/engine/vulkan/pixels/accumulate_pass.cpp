// SPDX-License-Identifier: MIT
// VulkanPixels: adding up segments.
#include <algorithm>

#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "shaders/views/accumulate.hpp"
#include "views/pixel_checks.hpp"
#include "views/segment_run.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using views::SegmentRun;

// Runs per submission: 24 MiB.
constexpr size_t kRunsAtOnce = 1u << 20;
// Bytes of sums on the device at once.
constexpr uint64_t kSumsBytes = 64u << 20;

constexpr auto kStorage = BindingKind::kStorageBuffer;
constexpr BindingKind kBindings[] = {kStorage, kStorage};

// As in shaders/views/accumulate.comp.
struct Parameters {
  uint32_t run_count = 0, width = 0, first_row = 0, row_count = 0;
};
struct PixelSums {
  uint32_t positive_low = 0, positive_high = 0, negative_low = 0, negative_high = 0;
};

constexpr Shader kAccumulate{"views/accumulate", shaders::views_accumulate, kBindings,
                             sizeof(Parameters)};

// A few rows of the canvas, small enough for the device.
struct Band {
  uint32_t first_row = 0, row_count = 0;
};

bool touches(const SegmentRun& run, const Band& band) {
  const int64_t last_minor = run.minor + int64_t{run.count - 1} * run.slope;
  const int64_t a = run.steep != 0 ? run.first : run.minor >> 16;
  const int64_t b = run.steep != 0 ? run.first + run.count - 1 : last_minor >> 16;
  return std::max(a, b) >= band.first_row &&
         std::min(a, b) < int64_t{band.first_row} + band.row_count;
}

Result<void> add_runs(PixelCommands& commands, std::span<const SegmentRun> runs, const Band& band,
                      uint32_t width) {
  for (size_t at = 0; at < runs.size(); at += kRunsAtOnce) {
    const auto part = runs.subspan(at, std::min(kRunsAtOnce, runs.size() - at));
    GN_TRY(commands.upload<SegmentRun>(0, part));
    const Parameters push{static_cast<uint32_t>(part.size()), width, band.first_row,
                          band.row_count};
    GN_TRY(commands.run(kAccumulate, bytes_of(push), (part.size() + 63) / 64));
  }
  return {};
}

Result<void> add_band(PixelCommands& commands, std::span<const SegmentRun> runs, const Band& band,
                      views::Accumulation& result) {
  std::vector<SegmentRun> inside;
  for (const SegmentRun& run : runs)
    if (touches(run, band)) inside.push_back(run);
  if (inside.empty()) return {};
  const size_t count = size_t{band.row_count} * result.width;
  const auto sums = GN_TRY(commands.reserve<PixelSums>(1, count, MemoryUse::kReadback));
  std::fill(sums.begin(), sums.end(), PixelSums{});
  GN_TRY(add_runs(commands, inside, band, result.width));
  const size_t first = size_t{band.first_row} * result.width;
  for (size_t i = 0; i < count; ++i) {
    result.positive[first + i] = uint64_t{sums[i].positive_high} << 32 | sums[i].positive_low;
    result.negative[first + i] = uint64_t{sums[i].negative_high} << 32 | sums[i].negative_low;
  }
  return {};
}

}  // namespace

Result<views::Accumulation> VulkanPixels::accumulate(std::span<const views::Segment> segments,
                                                     uint32_t width, uint32_t height) {
  GN_TRY(views::check_extent(width, height));
  const size_t size = size_t{width} * height;
  views::Accumulation result{width, height, std::vector<uint64_t>(size),
                             std::vector<uint64_t>(size)};
  std::vector<SegmentRun> runs;
  for (const views::Segment& segment : segments)
    if (const auto run = views::run_of(segment, width, height)) runs.push_back(*run);
  const uint64_t bytes = std::min<uint64_t>(kSumsBytes, commands_.limits().maxStorageBufferRange);
  const auto rows = static_cast<uint32_t>(bytes / (sizeof(PixelSums) * width));
  for (uint32_t row = 0; row < height; row += rows)
    GN_TRY(add_band(commands_, runs, {row, std::min(rows, height - row)}, result));
  return result;
}

}  // namespace geoneuron::engine::vulkan
