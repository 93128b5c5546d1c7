// SPDX-License-Identifier: MIT
#include "views/draw.hpp"

#include <algorithm>

namespace geoneuron::views {
namespace {

Rectangle clipped(const Rectangle& area, const Image& image) {
  const auto limit = [](int64_t value, uint32_t size) {
    return static_cast<int32_t>(std::clamp<int64_t>(value, 0, size));
  };
  const int32_t x = limit(area.x, image.width), y = limit(area.y, image.height);
  const int32_t right = limit(int64_t{area.x} + std::max(area.width, 0), image.width);
  const int32_t bottom = limit(int64_t{area.y} + std::max(area.height, 0), image.height);
  return {x, y, right - x, bottom - y};
}

}  // namespace

Rgba8 blend(Rgba8 source, Rgba8 destination, uint32_t coverage) {
  const uint32_t a = (source.alpha * coverage + 127) / 255;
  return {blend(source.red, destination.red, a), blend(source.green, destination.green, a),
          blend(source.blue, destination.blue, a), blend(255, destination.alpha, a)};
}

void fill(Image& image, const Rectangle& area, Rgba8 colour) {
  const Rectangle part = clipped(area, image);
  for (int32_t y = part.y; y < part.y + part.height; ++y) {
    for (int32_t x = part.x; x < part.x + part.width; ++x) {
      Rgba8& pixel = image.at(static_cast<uint32_t>(x), static_cast<uint32_t>(y));
      pixel = blend(colour, pixel);
    }
  }
}

void frame(Image& image, const Rectangle& area, Rgba8 colour) {
  fill(image, {area.x - 1, area.y - 1, area.width + 2, 1}, colour);
  fill(image, {area.x - 1, area.y + area.height, area.width + 2, 1}, colour);
  fill(image, {area.x - 1, area.y, 1, area.height}, colour);
  fill(image, {area.x + area.width, area.y, 1, area.height}, colour);
}

void draw_image(Image& image, const Image& source, int32_t x, int32_t y) {
  const Rectangle area{x, y, static_cast<int32_t>(source.width),
                       static_cast<int32_t>(source.height)};
  const Rectangle part = clipped(area, image);
  for (int32_t v = part.y; v < part.y + part.height; ++v) {
    for (int32_t u = part.x; u < part.x + part.width; ++u) {
      Rgba8& pixel = image.at(static_cast<uint32_t>(u), static_cast<uint32_t>(v));
      pixel = blend(source.at(static_cast<uint32_t>(u - x), static_cast<uint32_t>(v - y)), pixel);
    }
  }
}

Image resized(const Image& source, uint32_t width, uint32_t height) {
  Image result = Image::filled(width, height, {});
  for (uint32_t y = 0; y < height; ++y) {
    const uint64_t v = (uint64_t{2} * y + 1) * source.height / (uint64_t{2} * height);
    for (uint32_t x = 0; x < width; ++x) {
      const uint64_t u = (uint64_t{2} * x + 1) * source.width / (uint64_t{2} * width);
      result.at(x, y) = source.at(static_cast<uint32_t>(u), static_cast<uint32_t>(v));
    }
  }
  return result;
}

}  // namespace geoneuron::views
