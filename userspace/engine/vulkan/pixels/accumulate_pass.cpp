// SPDX-License-Identifier: MIT
// VulkanPixels: adding up segments.
#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "shaders/views/accumulate.hpp"
#include "views/parallel.hpp"
#include "views/pixel_checks.hpp"
#include "views/segment_run.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using views::SegmentRun;

// Runs per submission: 24 MiB.
constexpr size_t kRunsAtOnce = 1u << 20;
// Dispatches without carries must have so many runs on average to be worth the reading back.
constexpr size_t kRunsPerBatch = 1u << 13;
// Starting a thread costs about as much as adding so many sums.
constexpr uint64_t kSumsPerThread = 1u << 17;
// Bytes of sums on the device at once.
constexpr uint64_t kSumsBytes = 64u << 20;

constexpr auto kStorage = BindingKind::kStorageBuffer;
constexpr BindingKind kBindings[] = {kStorage, kStorage};

// As in shaders/views/accumulate.comp.
struct Parameters {
  uint32_t run_count = 0, width = 0, first_row = 0, row_count = 0;
};
struct PixelSums {
  uint32_t positive = 0, negative = 0;
};
struct CarriedSums {
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
  const auto [first, last] = std::minmax({a, b});
  return last >= band.first_row && first < int64_t{band.first_row} + band.row_count;
}

uint64_t magnitude(const SegmentRun& run) {
  return static_cast<uint64_t>(std::abs(int64_t{run.weight}));
}

// How many of the first runs fit into one dispatch. Without carries their weights must together
// stay below 2^32, so that no pixel's sum can wrap.
size_t batch_size(std::span<const SegmentRun> runs, bool carries) {
  const size_t most = std::min(kRunsAtOnce, runs.size());
  if (carries) return most;
  uint64_t total = 0;
  for (size_t i = 0; i < most; ++i) {
    total += magnitude(runs[i]);
    if (total > UINT32_MAX) return i;
  }
  return most;
}

void add(uint64_t& positive, uint64_t& negative, const PixelSums& sums) {
  positive += sums.positive;
  negative += sums.negative;
}

void add(uint64_t& positive, uint64_t& negative, const CarriedSums& sums) {
  positive += uint64_t{sums.positive_high} << 32 | sums.positive_low;
  negative += uint64_t{sums.negative_high} << 32 | sums.negative_low;
}

// Adds the runs to a band of the result, batch by batch, each into sums that start at zero.
template <typename Sums>
Result<void> add_runs(PixelCommands& commands, std::span<const SegmentRun> runs, const Band& band,
                      views::Accumulation& result) {
  constexpr bool kCarries = std::is_same_v<Sums, CarriedSums>;
  const uint32_t constants[] = {kCarries ? 1u : 0u};
  const size_t count = size_t{band.row_count} * result.width;
  uint64_t* positive = result.positive.data() + size_t{band.first_row} * result.width;
  uint64_t* negative = result.negative.data() + size_t{band.first_row} * result.width;
  for (size_t at = 0; at < runs.size();) {
    const auto part = runs.subspan(at, batch_size(runs.subspan(at), kCarries));
    at += part.size();
    GN_TRY(commands.upload<SegmentRun>(0, part));
    const auto sums = GN_TRY(commands.reserve<Sums>(1, count, MemoryUse::kReadback));
    std::fill(sums.begin(), sums.end(), Sums{});
    const Parameters push{static_cast<uint32_t>(part.size()), result.width, band.first_row,
                          band.row_count};
    GN_TRY(commands.run(kAccumulate, bytes_of(push), (part.size() + 63) / 64, constants));
    views::parallel_for(count, kSumsPerThread, [&](uint64_t begin, uint64_t end, uint32_t) {
      for (uint64_t i = begin; i < end; ++i) add(positive[i], negative[i], sums[i]);
    });
  }
  return {};
}

Result<void> add_band(PixelCommands& commands, std::span<const SegmentRun> runs, const Band& band,
                      views::Accumulation& result) {
  std::vector<SegmentRun> inside;
  uint64_t total = 0;
  for (const SegmentRun& run : runs) {
    if (!touches(run, band)) continue;
    inside.push_back(run);
    total += magnitude(run);
  }
  if (total >> 32 < inside.size() / kRunsPerBatch + 1)
    return add_runs<PixelSums>(commands, inside, band, result);
  return add_runs<CarriedSums>(commands, inside, band, result);
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
  const auto rows = static_cast<uint32_t>(bytes / (sizeof(CarriedSums) * width));
  for (uint32_t row = 0; row < height; row += rows)
    GN_TRY(add_band(commands_, runs, {row, std::min(rows, height - row)}, result));
  return result;
}

}  // namespace geoneuron::engine::vulkan
