// SPDX-License-Identifier: MIT
// Glow: accumulated weights as light. Histogram equalisation decides the brightness of each pixel,
// the balance of its positive and negative sums its colour (warm or cool); light adds to what is
// there. Integers only, on the CPU,
// once for all devices. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "views/image.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

// Light per pixel: red, green, blue; 255 is white.
struct Light {
  uint32_t width = 0, height = 0;
  std::vector<std::array<uint16_t, 3>> pixels;
};

struct GlowOptions {
  // Equalised brightness is raised to this power: 1 shows all edges alike, 3 mostly the strongest.
  uint32_t power = 3;
  uint32_t halo_radius = 3;    // pixels, 0 = none
  uint32_t halo_percent = 30;  // how much of the blurred light is added
};

// The light of `sums`. Equalisation is over all pixels with any weight, by positive plus negative
// sum. Where one sign prevails its colour does so a little more.
Light make_light(const Accumulation& sums, const GlowOptions& options);

// Adds light to the canvas, saturating, with the light's corner at (x, y); it must lie inside.
void add_light(const Light& light, Image& canvas, uint32_t x = 0, uint32_t y = 0);

// The colour of equalised brightness 0..255, for legends.
Rgba8 warm_colour(uint8_t brightness);
Rgba8 cool_colour(uint8_t brightness);

}  // namespace geoneuron::views
