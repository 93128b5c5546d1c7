// SPDX-License-Identifier: MIT
#include "views/heatmaps.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "views/colour_map.hpp"
#include "views/painted_heatmaps.hpp"

namespace geoneuron::views {
namespace {

TEST(Heatmaps, AreTheBytesThatTilesAre) {
  CpuPixels cores;
  const Palette palette = palette_named("viridis").value();
  for (const NormalisationChoice& choice : testing::heatmap_choices())
    EXPECT_EQ(testing::wrong_heatmaps(cores, choice, palette), 0u);
}

TEST(Heatmaps, MayBeginAtAnyByteOfTheirPictures) {
  CpuPixels cores;
  const std::vector<float> elements = testing::normal(64, 5);
  std::vector<Rgba8> even(64);
  std::vector<uint8_t> odd(64 * sizeof(Rgba8) + 1);
  const Heatmap maps[] = {{elements.data(), 8, 8, 1, even.data()},
                          {elements.data(), 8, 8, 1, reinterpret_cast<Rgba8*>(odd.data() + 1)}};
  ASSERT_TRUE(cores.paint_heatmaps(maps, {}, palette_named("viridis").value()));
  EXPECT_EQ(std::memcmp(even.data(), odd.data() + 1, 64 * sizeof(Rgba8)), 0);
}

TEST(Heatmaps, RefuseSizesThatAreNone) {
  CpuPixels cores;
  float element = 0;
  Rgba8 pixel;
  for (const Heatmap& map : {Heatmap{&element, 0, 1, 1, &pixel}, Heatmap{&element, 1, 1, 0, &pixel},
                             Heatmap{&element, kMaximumExtent, 1, 2, &pixel}})
    EXPECT_EQ(cores.paint_heatmaps({&map, 1}, {}, {}).error().code, EINVAL);
}

}  // namespace
}  // namespace geoneuron::views
