// SPDX-License-Identifier: MIT
// The pixel primitives written in the plainest way, from their definitions; slow.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "views/pixel_device.hpp"

namespace geoneuron::views::testing {

inline std::vector<float> sorted_finite(std::span<const float> values) {
  std::vector<float> result;
  for (const float value : values)
    if (std::isfinite(value)) result.push_back(value);
  std::sort(result.begin(), result.end());
  return result;
}

inline KeyStatistics statistics(std::span<const float> values) {
  KeyStatistics result;
  for (const float value : values) {
    if (std::isnan(value)) {
      ++result.nan;
    } else if (std::isinf(value)) {
      ++(value > 0 ? result.positive_infinity : result.negative_infinity);
    } else {
      ++result.finite;
    }
  }
  const std::vector<float> finite = sorted_finite(values);
  if (finite.empty()) return result;
  result.minimum_key = key_of(finite.front());
  result.maximum_key = key_of(finite.back());
  return result;
}

inline std::vector<uint64_t> histogram(std::span<const float> values,
                                       std::span<const uint32_t> edges) {
  std::vector<uint64_t> counts(edges.size() + 1);
  for (const float value : sorted_finite(values)) {
    size_t bin = 0;
    for (const uint32_t edge : edges) bin += edge <= key_of(value) ? 1 : 0;
    ++counts[bin];
  }
  return counts;
}

inline void paint(std::span<const float> elements, const Tile& tile,
                  const Normalisation& normalisation, const Palette& palette, Image& canvas) {
  for (uint32_t y = 0; y < tile.height * tile.scale; ++y) {
    for (uint32_t x = 0; x < tile.width * tile.scale; ++x) {
      const float value = elements[tile.first_element + uint64_t{y / tile.scale} * tile.row_stride +
                                   x / tile.scale];
      size_t index = 0;
      for (const uint32_t threshold : normalisation.thresholds)
        index += threshold <= key_of(value) ? 1 : 0;
      Rgba8& pixel = canvas.at(tile.x + x, tile.y + y);
      pixel = std::isnan(value) ? palette.nan
              : std::isinf(value)
                  ? (value > 0 ? palette.positive_infinity : palette.negative_infinity)
                  : palette.colours[index];
    }
  }
}

// Every special float, then random bits: what a device must get right.
inline std::vector<float> adversarial(size_t count, uint32_t seed) {
  std::vector<uint32_t> bits{0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff,
                             0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff,
                             0x7f800000, 0xff800000, 0x7f800001, 0xff800001, 0x7fc00000,
                             0xffc00000, 0x7fffffff, 0xffffffff, 0x3f800000, 0xbf800000};
  std::mt19937 random(seed);
  std::vector<float> values;
  while (values.size() < count)
    values.push_back(std::bit_cast<float>(
        values.size() < bits.size() ? bits[values.size()] : static_cast<uint32_t>(random())));
  return values;
}

inline std::vector<float> normal(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(count);
  for (float& value : values) value = distribution(random);
  return values;
}

}  // namespace geoneuron::views::testing
