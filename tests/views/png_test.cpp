// SPDX-License-Identifier: MIT
#include "views/png.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <random>
#include <span>

namespace geoneuron::views {
namespace {

Image decoded(std::span<const std::byte> bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()), 0);
  png.format = PNG_FORMAT_RGBA;
  Image image = Image::filled(png.width, png.height, {});
  EXPECT_NE(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr), 0);
  return image;
}

Image random_image(uint32_t width, uint32_t height, bool opaque) {
  std::mt19937 random(width);
  Image image = Image::filled(width, height, {});
  for (Rgba8& pixel : image.pixels) {
    const auto bits = static_cast<uint32_t>(random());
    pixel = {static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8),
             static_cast<uint8_t>(bits >> 16), static_cast<uint8_t>(opaque ? 255 : bits >> 24)};
  }
  return image;
}

TEST(Png, KeepsEveryPixel) {
  for (const bool opaque : {true, false}) {
    for (const auto& [width, height] : {std::pair{1u, 1u}, {37u, 5u}, {300u, 200u}}) {
      const Image image = random_image(width, height, opaque);
      EXPECT_TRUE(decoded(encode_png(image).value()) == image);
    }
  }
}

TEST(Png, RefusesAnImageWithoutPixels) {
  EXPECT_EQ(encode_png({}).error().message,
            "picture of 0x0 pixels: each side must be from 1 to 16000");
}

}  // namespace
}  // namespace geoneuron::views
