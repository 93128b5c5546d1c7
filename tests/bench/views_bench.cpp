// SPDX-License-Identifier: MIT
// Views: the cores and Vulkan against a plain threaded loop, 64 tiles in one dispatch against 64
// submissions, and a layer of 64 maps to PNG.
#include <algorithm>
#include <thread>

#include "bench/networks.hpp"
#include "bench/pair.hpp"
#include "engine/devices.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"
#include "views/normalisation.hpp"
#include "views/png.hpp"
#include "views/view.hpp"

namespace geoneuron::bench {
namespace {

constexpr uint32_t kMaps = 64;

// 64 heatmaps side by side: 8 x 8 tiles of extent x extent values.
struct Heatmaps {
  explicit Heatmaps(uint32_t extent)
      : layer(random_tensor({1, kMaps, int64_t{extent}, int64_t{extent}}, 1)),
        values(layer.values<float>()),
        canvas(views::Image::filled(8 * extent, 8 * extent, {})) {
    for (uint32_t i = 0; i < kMaps; ++i)
      tiles.push_back({uint64_t{i} * extent * extent, extent, extent, extent, i % 8 * extent,
                       i / 8 * extent, 1, 0});
  }

  perception::Tensor layer;
  std::span<const float> values;
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

Result<void> paint_by_two_loops(Heatmaps& maps) {
  std::jthread other([&] { paint_plainly(maps, maps.canvas, 0, kMaps / 2); });
  paint_plainly(maps, maps.canvas, kMaps / 2, kMaps);
  return {};
}

// All tiles at once, or one call (on Vulkan: one submission) for each.
Result<void> paint(Heatmaps& maps, views::PixelDevice& device, size_t at_once) {
  const std::span<const views::Tile> tiles = maps.tiles;
  for (size_t i = 0; i < tiles.size(); i += at_once)
    GN_TRY(device.paint(maps.values, tiles.subspan(i, at_once), {&maps.normalisation, 1},
                        maps.palette, maps.canvas));
  return {};
}

struct OpenedPixels {
  engine::OpenedUnit opened;
  std::unique_ptr<views::PixelDevice> device;
  std::string name;
};

Result<OpenedPixels> open_pixels(const std::string& selector) {
  if (selector == "cpu")
    return OpenedPixels{{}, std::make_unique<views::CpuPixels>(), "CPU engine"};
  OpenedPixels pixels{GN_TRY(engine::open_unit(selector)), nullptr, {}};
  const std::string& name = pixels.opened.unit->description().name;
  pixels.name = "Vulkan on " + name.substr(0, name.find(' '));
  pixels.device = std::make_unique<engine::vulkan::VulkanPixels>(pixels.opened.vulkan);
  return pixels;
}

void heatmaps_against_loop(benchmark::State& state, const char* selector) {
  const auto pixels = open_pixels(selector);
  if (!pixels) return state.SkipWithError(pixels.error().message.c_str());
  Heatmaps maps(static_cast<uint32_t>(state.range(0)));
  measure_pair(state, {"plain threaded loop", [&] { return paint_by_two_loops(maps); }},
               {pixels->name, [&] { return paint(maps, *pixels->device, kMaps); }});
}

void heatmaps_in_one_dispatch(benchmark::State& state) {
  const auto pixels = open_pixels("vulkan");
  if (!pixels) return state.SkipWithError(pixels.error().message.c_str());
  Heatmaps maps(static_cast<uint32_t>(state.range(0)));
  measure_pair(
      state, {"64 submissions", [&] { return paint(maps, *pixels->device, 1); }},
      {pixels->name + ", one dispatch", [&] { return paint(maps, *pixels->device, kMaps); }},
      {.ratio_at_least = 2});
}

void layer_of_64_maps_to_png(benchmark::State& state) {
  const Heatmaps maps(static_cast<uint32_t>(state.range(0)));
  views::ViewRequest request;
  request.tensors["layer"] = maps.layer;
  request.selected = {"layer"};
  views::CpuPixels device;
  const auto work = [&]() -> Result<void> {
    const auto image = GN_TRY(views::render(device, "feature_grid", request));
    benchmark::DoNotOptimize(GN_TRY(views::encode_png(image)).data());
    return {};
  };
  measure_alone(state, {"CPU engine", work}, {.ours_at_most_ms = 30});
}

BENCHMARK_CAPTURE(heatmaps_against_loop, cpu, "cpu")->Arg(64)->Arg(256)->Apply(usual_pairs);
BENCHMARK_CAPTURE(heatmaps_against_loop, vulkan, "vulkan")->Arg(64)->Arg(256)->Apply(usual_pairs);
BENCHMARK(heatmaps_in_one_dispatch)->Arg(64)->Arg(256)->Apply(usual_pairs);
BENCHMARK(layer_of_64_maps_to_png)->Arg(12)->Arg(24)->Arg(56)->Apply(usual_pairs);

}  // namespace
}  // namespace geoneuron::bench
