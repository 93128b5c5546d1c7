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

// Where the thresholds are equally far apart, in floating point too: threshold k lies at
// (value - origin) * slope = k.
struct IndexGuess {
  float origin = 0, slope = 0;
};
IndexGuess guess_of(const Normalisation& normalisation);

class ColourIndexer {
 public:
  explicit ColourIndexer(const Normalisation& normalisation);

  // Writes the colour of each value. The same bytes as colour_index and the palette give.
  void paint(std::span<const float> values, const PackedPalette& palette, Rgba8* pixels) const;

 private:
  void paint_by_bounds(std::span<const float> values, const PackedPalette& palette,
                       Rgba8* pixels) const;

  // For each place of a packed palette the least key that may have it: 0, the thresholds, and 0 for
  // what is not finite.
  std::array<uint32_t, 259> bounds_{};
  IndexEstimate estimate_;
  // The estimate is the index or one more for every value, so that one correction is exact.
  bool estimate_is_close_ = false;
  // Guesses are exact for every value that is not near a threshold's place.
  IndexGuess guess_;
  bool guess_is_clear_ = false;
};

}  // namespace geoneuron::views
