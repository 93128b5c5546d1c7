// SPDX-License-Identifier: MIT
// Image: 8-bit RGBA pixels in host memory, row-major, straight alpha. A plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace geoneuron::views {

struct Rgba8 {
  uint8_t red = 0, green = 0, blue = 0, alpha = 255;
  bool operator==(const Rgba8&) const = default;
};

struct Image {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<Rgba8> pixels;  // width * height

  static Image filled(uint32_t width, uint32_t height, Rgba8 colour) {
    return {width, height, std::vector<Rgba8>(size_t{width} * height, colour)};
  }
  Rgba8& at(uint32_t x, uint32_t y) { return pixels[size_t{y} * width + x]; }
  const Rgba8& at(uint32_t x, uint32_t y) const { return pixels[size_t{y} * width + x]; }
  bool operator==(const Image&) const = default;
};

}  // namespace geoneuron::views
