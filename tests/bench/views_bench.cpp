// SPDX-License-Identifier: MIT
// Views: the cores and Vulkan against a plain threaded loop, 64 tiles in one submission against 64
// submissions, and a layer of 64 maps to PNG. Compare rates of one run with each other only.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>

#include "engine/devices.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"
#include "views/normalisation.hpp"
#include "views/png.hpp"
#include "views/view.hpp"

namespace geoneuron {
namespace {

constexpr uint32_t kMaps = 64;

// 64 heatmaps side by side: 8 x 8 tiles of extent x extent values.
struct Heatmaps {
  explicit Heatmaps(uint32_t extent) : canvas(views::Image::filled(8 * extent, 8 * extent, {})) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    values.resize(size_t{kMaps} * extent * extent);
    for (float& value : values) value = normal(random);
    for (uint32_t i = 0; i < kMaps; ++i)
      tiles.push_back({uint64_t{i} * extent * extent, extent, extent, extent, i % 8 * extent,
                       i / 8 * extent, 1, 0});
  }

  std::vector<float> values;
  std::vector<views::Tile> tiles;
  views::Normalisation normalisation = views::thresholds_of({-3, 3});
  views::Palette palette = views::palette_named("viridis").value();
  views::Image canvas;
};

// What somebody would write without any of this: not exact, and blind to NaN.
void paint_plainly(const Heatmaps& maps, views::Image& canvas, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const views::Tile& tile = maps.tiles[i];
    for (uint32_t y = 0; y < tile.height; ++y) {
      const float* row = maps.values.data() + tile.first_element + size_t{y} * tile.row_stride;
      for (uint32_t x = 0; x < tile.width; ++x) {
        const float position = std::clamp((row[x] + 3.0f) * (256.0f / 6.0f), 0.0f, 255.0f);
        canvas.at(tile.x + x, tile.y + y) = maps.palette.colours[static_cast<size_t>(position)];
      }
    }
  }
}

void heatmaps_plain_threaded_loop(benchmark::State& state) {
  Heatmaps maps(static_cast<uint32_t>(state.range(0)));
  for (auto _ : state) {
    std::jthread other([&] { paint_plainly(maps, maps.canvas, 0, kMaps / 2); });
    paint_plainly(maps, maps.canvas, kMaps / 2, kMaps);
  }
  state.SetItemsProcessed(state.iterations() * kMaps);
}

// All tiles at once, or one call (on Vulkan: one submission) for each.
void paint(benchmark::State& state, views::PixelDevice& device, size_t at_once) {
  Heatmaps maps(static_cast<uint32_t>(state.range(0)));
  const std::span<const views::Tile> tiles = maps.tiles;
  for (auto _ : state) {
    for (size_t i = 0; i < tiles.size(); i += at_once) {
      const auto painted = device.paint(maps.values, tiles.subspan(i, at_once),
                                        {&maps.normalisation, 1}, maps.palette, maps.canvas);
      if (!painted) state.SkipWithError(painted.error().message.c_str());
    }
  }
  state.SetItemsProcessed(state.iterations() * kMaps);
}

void heatmaps_cpu_engine(benchmark::State& state) {
  views::CpuPixels device;
  paint(state, device, kMaps);
}

void heatmaps_vulkan(benchmark::State& state, size_t at_once) {
  const auto opened = engine::open_unit("vulkan");
  if (!opened) return state.SkipWithError(opened.error().message.c_str());
  engine::vulkan::VulkanPixels device(opened->vulkan);
  paint(state, device, at_once);
}

void heatmaps_vulkan_64_in_one_submission(benchmark::State& state) {
  heatmaps_vulkan(state, 64);
}
void heatmaps_vulkan_64_submissions(benchmark::State& state) {
  heatmaps_vulkan(state, 1);
}

void layer_of_64_maps_to_png(benchmark::State& state) {
  const auto extent = static_cast<uint32_t>(state.range(0));
  const Heatmaps maps(extent);
  views::ViewRequest request;
  request.tensors["layer"] =
      perception::Tensor::from<float>({1, kMaps, int64_t{extent}, int64_t{extent}}, maps.values);
  request.selected = {"layer"};
  views::CpuPixels device;
  for (auto _ : state) {
    const auto image = views::render(device, "feature_grid", request);
    if (!image) return state.SkipWithError(image.error().message.c_str());
    benchmark::DoNotOptimize(views::encode_png(*image).value().data());
  }
}

BENCHMARK(heatmaps_plain_threaded_loop)->Arg(64)->Arg(256)->UseRealTime();
BENCHMARK(heatmaps_cpu_engine)->Arg(64)->Arg(256)->UseRealTime();
BENCHMARK(heatmaps_vulkan_64_in_one_submission)->Arg(64)->Arg(256)->UseRealTime();
BENCHMARK(heatmaps_vulkan_64_submissions)->Arg(64)->Arg(256)->UseRealTime();
BENCHMARK(layer_of_64_maps_to_png)
    ->Arg(12)
    ->Arg(24)
    ->Arg(56)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace geoneuron
