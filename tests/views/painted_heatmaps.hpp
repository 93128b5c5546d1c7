// SPDX-License-Identifier: MIT
// Heatmaps of many sizes and kinds of values, and their pictures as limits_of and paint make them.
#pragma once

#include <vector>

#include "views/brute_force.hpp"
#include "views/cpu_pixels.hpp"
#include "views/normalisation.hpp"

namespace geoneuron::views::testing {

struct HeatmapCase {
  std::vector<float> elements;
  uint32_t width = 0, height = 0, scale = 1;
};

inline std::vector<HeatmapCase> heatmap_cases() {
  return {{adversarial(35, 1), 7, 5, 1},
          {adversarial(64 * 64, 2), 64, 64, 1},
          {normal(300 * 300, 3), 300, 300, 1},
          {normal(13 * 11, 4), 13, 11, 3},
          {std::vector<float>(30, 2.5f), 5, 6, 2},
          {std::vector<float>(12, NAN), 3, 4, 1},
          {{-0.0f}, 1, 1, 7}};
}

inline std::vector<NormalisationChoice> heatmap_choices() {
  NormalisationChoice percentile, symmetric, fixed;
  percentile.method = NormalisationMethod::kPercentile;
  percentile.low = 1000;
  percentile.high = 99'000;
  symmetric.method = NormalisationMethod::kSymmetric;
  symmetric.symmetric = true;
  fixed.method = NormalisationMethod::kFixed;
  fixed.low = -1;
  fixed.high = 2;
  return {{}, percentile, symmetric, fixed};
}

inline std::vector<Rgba8> painted_as_tile(const HeatmapCase& one, const NormalisationChoice& choice,
                                          const Palette& palette) {
  CpuPixels cores;
  const ElementRange range{0, one.elements.size()};
  const auto limits = limits_of(cores, one.elements, {&range, 1}, choice).value();
  const Normalisation normalisation = thresholds_of(limits.front());
  Tile tile;
  tile.width = tile.row_stride = one.width;
  tile.height = one.height;
  tile.scale = one.scale;
  Image canvas = Image::filled(one.width * one.scale, one.height * one.scale, {});
  paint(one.elements, tile, normalisation, palette, canvas);  // by definition
  return canvas.pixels;
}

// Paints all cases by `device` in one call, as often as `rounds`, and returns how many pictures
// differ from those by definition.
inline size_t wrong_heatmaps(PixelDevice& device, const NormalisationChoice& choice,
                             const Palette& palette, int rounds = 1) {
  const std::vector<HeatmapCase> cases = heatmap_cases();
  std::vector<std::vector<Rgba8>> pictures;
  std::vector<Heatmap> maps;
  for (int round = 0; round < rounds; ++round)
    for (const HeatmapCase& one : cases)
      pictures.emplace_back(one.elements.size() * one.scale * one.scale);
  for (size_t i = 0; i < pictures.size(); ++i) {
    const HeatmapCase& one = cases[i % cases.size()];
    maps.push_back({one.elements.data(), one.width, one.height, one.scale, pictures[i].data()});
  }
  if (!device.paint_heatmaps(maps, choice, palette)) return pictures.size();
  size_t wrong = 0;
  for (size_t i = 0; i < pictures.size(); ++i)
    wrong += pictures[i] == painted_as_tile(cases[i % cases.size()], choice, palette) ? 0 : 1;
  return wrong;
}

}  // namespace geoneuron::views::testing
