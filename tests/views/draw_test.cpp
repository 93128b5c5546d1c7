// SPDX-License-Identifier: MIT
#include "views/draw.hpp"

#include <gtest/gtest.h>

namespace geoneuron::views {
namespace {

TEST(Draw, BlendsByTheRoundedFormula) {
  for (uint32_t s : {0u, 1u, 127u, 254u, 255u})
    for (uint32_t d : {0u, 3u, 128u, 255u})
      for (uint32_t a = 0; a <= 255; ++a)
        EXPECT_EQ(blend(static_cast<uint8_t>(s), static_cast<uint8_t>(d), a),
                  (s * a + d * (255 - a) + 127) / 255);
}

TEST(Draw, LeavesAPixelAloneWithoutCoverageAndReplacesItWithAll) {
  const Rgba8 red{255, 0, 0, 255}, grey{10, 20, 30, 255};
  EXPECT_EQ(blend(red, grey, 0), grey);
  EXPECT_EQ(blend(red, grey, 255), red);
}

TEST(Draw, ClipsToTheImage) {
  const Rgba8 red{255, 0, 0, 255};
  Image image = Image::filled(4, 3, {});
  fill(image, {-5, -5, 100, 100}, red);
  EXPECT_EQ(image, Image::filled(4, 3, red));
  fill(image, {4, 0, 9, 9}, {});
  fill(image, {1, 1, -3, 2}, {});
  EXPECT_EQ(image, Image::filled(4, 3, red));
}

TEST(Draw, ResizesToThePixelUnderTheCentre) {
  Image image = Image::filled(2, 1, {});
  image.at(1, 0).red = 9;
  const Image large = resized(image, 6, 2);
  for (uint32_t x = 0; x < 6; ++x) EXPECT_EQ(large.at(x, 1).red, x < 3 ? 0 : 9);
  EXPECT_EQ(resized(large, 2, 1), image);
}

}  // namespace
}  // namespace geoneuron::views
