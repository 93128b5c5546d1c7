// SPDX-License-Identifier: MIT
// ColourIndexer: one normalisation, made ready for painting many values on the CPU.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "views/pixel_device.hpp"

namespace geoneuron::views {

// The number of thresholds <= key, by a branchless binary search. The definition.
uint32_t colour_index(const Normalisation& normalisation, uint32_t key);

// A palette as words: 256 colours, NaN, +infinity, -infinity.
using PackedPalette = std::array<uint32_t, 259>;
PackedPalette packed(const Palette& palette);

// Where an index may be looked for first: near (value - origin) * slope + base, which is a guess in
// floating point that only thresholds can confirm.
struct IndexEstimate {
  float origin = 0, slope = 0, base = 128;
};
IndexEstimate estimate_of(const Normalisation& normalisation);

class ColourIndexer {
 public:
  explicit ColourIndexer(const Normalisation& normalisation);

  // Writes the colour of each value. The same bytes as colour_index and the palette give.
  void paint(std::span<const float> values, const PackedPalette& palette, Rgba8* pixels) const;

 private:
  // 0 before, the thresholds, and the maximum after: neighbours of every index exist.
  std::array<uint32_t, 257> bounds_{};
  IndexEstimate estimate_;
  // The estimate is at most one off for every value, so one correction each way is exact.
  bool estimate_is_close_ = false;
};

}  // namespace geoneuron::views
