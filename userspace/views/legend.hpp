// SPDX-License-Identifier: MIT
// Legend: the colour bar with its limits, how they were chosen, what was aggregated, and how many
// values are not finite. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"
#include "views/normalisation.hpp"
#include "views/pixel_device.hpp"
#include "views/theme.hpp"

namespace geoneuron::views {

struct LegendMark {
  Rgba8 colour;
  std::string text;
};

struct Legend {
  // Without a palette there is no bar.
  std::optional<Palette> palette;
  // One pair: labelled with its values. Several (one per map): labelled "low" and "high", and the
  // lines should say in which range the limits lie.
  std::vector<Limits> limits;
  // With one pair: the part of it that the bar shows, where that is not all.
  std::optional<Limits> part;
  std::vector<LegendMark> marks;   // small squares with text, after the bar
  std::vector<std::string> lines;  // sentences, wrapped

  // The colours and counts of what is not finite, if any, as marks.
  void add_special(const KeyStatistics& statistics);

  // All text that the legend shows, in order; for tests and for people who cannot see it.
  std::vector<std::string> texts() const;
  Result<uint32_t> height(uint32_t width) const;
  Result<void> draw(Image& image, const Theme& theme, uint32_t x, uint32_t y, uint32_t width) const;
};

// A number in at most six significant digits: "0.125", "-3.2e+06".
std::string short_number(double value);

}  // namespace geoneuron::views
