// SPDX-License-Identifier: MIT
#include "views/colour_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace geoneuron::views {
namespace {

int luma(Rgba8 colour) {
  return 299 * colour.red + 587 * colour.green + 114 * colour.blue;
}

TEST(ColourMap, HasThePublishedEndsAndMiddleOfViridis) {
  const Palette palette = palette_named("viridis").value();
  EXPECT_EQ(palette.colours[0], (Rgba8{68, 1, 84, 255}));
  // Published as #21918c.
  EXPECT_NEAR(palette.colours[128].red, 0x21, 1);
  EXPECT_NEAR(palette.colours[128].green, 0x91, 1);
  EXPECT_NEAR(palette.colours[128].blue, 0x8c, 1);
  EXPECT_EQ(palette.colours[255], (Rgba8{253, 231, 37, 255}));
}

TEST(ColourMap, GrowsLighterWithEachIndex) {
  for (const char* name : {"viridis", "cividis", "grey"}) {
    const Palette palette = palette_named(name).value();
    for (size_t i = 1; i < 256; ++i)
      EXPECT_GE(luma(palette.colours[i]) + 1200, luma(palette.colours[i - 1])) << name << " " << i;
    EXPECT_GT(luma(palette.colours[255]), luma(palette.colours[0]) + 100'000);
  }
}

TEST(ColourMap, GrowsDarkerFromWhiteToBothSidesWhenDiverging) {
  const Palette palette = palette_named("diverging").value();
  EXPECT_EQ(palette.colours[128], (Rgba8{255, 255, 255, 255}));
  for (size_t i = 129; i < 256; ++i)
    EXPECT_LE(luma(palette.colours[i]), luma(palette.colours[i - 1]));
  for (size_t i = 127; i > 0; --i)
    EXPECT_LE(luma(palette.colours[i]), luma(palette.colours[i + 1]));
  EXPECT_EQ(std::count(palette.colours.begin(), palette.colours.end(), palette.colours[128]), 1);
}

TEST(ColourMap, KeepsTheColoursOfWhatIsNotFiniteApart) {
  for (const std::string& name : colour_map_names()) {
    const Palette palette = palette_named(name).value();
    for (const Rgba8 special : {palette.nan, palette.positive_infinity, palette.negative_infinity})
      EXPECT_EQ(std::count(palette.colours.begin(), palette.colours.end(), special), 0) << name;
    EXPECT_NE(palette.nan, palette.positive_infinity);
    EXPECT_NE(palette.positive_infinity, palette.negative_infinity);
  }
}

TEST(ColourMap, NamesTheNearestForAnUnknownOne) {
  EXPECT_EQ(palette_named("vividis").error().message,
            "colour map vividis: unknown; must be viridis, cividis, diverging or grey; did you "
            "mean viridis or cividis?");
}

}  // namespace
}  // namespace geoneuron::views
