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

class ColourIndexer {
 public:
  explicit ColourIndexer(const Normalisation& normalisation);

  // Writes the colour of each value. The same bytes as colour_index and the palette give.
  void paint(std::span<const float> values, const Palette& palette, Rgba8* pixels) const;

 private:
  // 0 before, the thresholds, and the maximum after: neighbours of every index exist.
  std::array<uint32_t, 257> bounds_{};
  // index ~ (value - origin_) * slope_; valid where estimate_is_close_.
  float origin_ = 0, slope_ = 0;
  // The estimate is at most one off for every value, so one correction each way is exact.
  bool estimate_is_close_ = false;
};

}  // namespace geoneuron::views
