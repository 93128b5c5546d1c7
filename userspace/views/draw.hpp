// SPDX-License-Identifier: MIT
// Drawing on images in integer arithmetic, clipped. Thread-safe for distinct images.
#pragma once

#include <cstdint>

#include "views/image.hpp"

namespace geoneuron::views {

struct Rectangle {
  int32_t x = 0, y = 0, width = 0, height = 0;
};

// (s a + d (255 - a) + 127) / 255 for each channel, with `coverage` (0 to 255) times the colour's
// alpha as a; the result is opaque where the destination was.
inline uint8_t blend(uint8_t source, uint8_t destination, uint32_t a) {
  return static_cast<uint8_t>((source * a + destination * (255 - a) + 127) / 255);
}
Rgba8 blend(Rgba8 source, Rgba8 destination, uint32_t coverage = 255);

void fill(Image& image, const Rectangle& area, Rgba8 colour);
// A one-pixel line just outside `area`.
void frame(Image& image, const Rectangle& area, Rgba8 colour);
// Copies `source` to (x, y), blending by its alpha.
void draw_image(Image& image, const Image& source, int32_t x, int32_t y);
// `source` at another size: each pixel is that under its centre (nearest; no averaging).
Image resized(const Image& source, uint32_t width, uint32_t height);

}  // namespace geoneuron::views
