// SPDX-License-Identifier: MIT
// Theme: the colours and distances that all pictures share. A plain value.
#pragma once

#include <cstdint>
#include <string>

#include "views/image.hpp"

namespace geoneuron::views {

struct Theme {
  Rgba8 background;  // behind everything
  Rgba8 panel;       // behind a plot
  Rgba8 line;        // frames, ticks and grid lines
  Rgba8 text;        // titles and values
  Rgba8 secondary;   // explanations
  Rgba8 accent;      // bars, first kind of mark
  Rgba8 highlight;   // second kind of mark

  // "dark" or "light"; anything else is dark.
  static Theme named(const std::string& name);
};

// Distances and text sizes, in pixels.
inline constexpr uint32_t kMargin = 28;  // around the picture
inline constexpr uint32_t kGap = 14;     // between parts
inline constexpr uint32_t kTitleSize = 20;
inline constexpr uint32_t kTextSize = 14;
inline constexpr uint32_t kSmallSize = 12;

}  // namespace geoneuron::views
