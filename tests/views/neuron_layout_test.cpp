// SPDX-License-Identifier: MIT
#include "views/neuron_layout.hpp"

#include <gtest/gtest.h>

#include "views/glow.hpp"

namespace geoneuron::views {
namespace {

constexpr PixelBox kPlot{50, 60, 2000, 1000};

NeuronLayout place(const std::vector<ColumnUnits>& columns) {
  return lay_out(columns, std::vector<GapKind>(columns.back().depth, GapKind::kWeighted), kPlot);
}

TEST(NeuronLayout, KeepsEveryColumnInsideThePlotAndApart) {
  const NeuronLayout layout =
      place({{1, 48, 48, 0}, {8, 48, 48, 1}, {32, 12, 12, 2}, {288, 1, 1, 3}, {10, 1, 1, 4}});
  ASSERT_EQ(layout.grids.size(), 5u);
  for (size_t i = 0; i < layout.grids.size(); ++i) {
    EXPECT_TRUE(fits(layout.grids[i], kPlot)) << i;
    if (i == 0) continue;
    const PlaneGrid& before = layout.grids[i - 1];
    EXPECT_GT(layout.grids[i].x, before.x + before.width()) << i;
  }
  EXPECT_EQ(layout.grids[0].x, kPlot.x);
}

TEST(NeuronLayout, PlanesOfAColumnDoNotOverlap) {
  const NeuronLayout layout = place({{37, 5, 9, 0}, {3, 1, 1, 1}});
  const PlaneGrid& grid = layout.grids[0];
  EXPECT_GE(grid.pitch_x, grid.plane_width());
  EXPECT_GE(grid.pitch_y, grid.plane_height());
}

TEST(NeuronLayout, AUnitLiesInTheMiddleOfItsSquare) {
  const NeuronLayout layout = place({{2, 3, 4, 0}, {1, 1, 1, 1}});
  const PlaneGrid& grid = layout.grids[0];
  const FixedPoint centre = grid.centre_of(3 * 4 + 1 * 4 + 2);  // plane 1, row 1, column 2
  EXPECT_EQ(centre.x,
            static_cast<int32_t>((grid.plane_x(1) + 2 * grid.scale) * 256 + grid.scale * 128));
  EXPECT_EQ(centre.y,
            static_cast<int32_t>((grid.plane_y(1) + 1 * grid.scale) * 256 + grid.scale * 128));
}

TEST(NeuronLayout, ShrinksMapsThatAreLargerThanTheirPlace) {
  const NeuronLayout layout = place({{1, 4000, 4000, 0}, {1, 1, 1, 1}});
  const PlaneGrid& grid = layout.grids[0];
  EXPECT_GT(grid.reduction, 1u);
  EXPECT_TRUE(fits(grid, kPlot));
  const FixedPoint last = grid.centre_of(4000 * 4000 - 1);
  EXPECT_LT(last.x, static_cast<int32_t>((grid.x + grid.width()) * 256));
  EXPECT_LT(last.y, static_cast<int32_t>((grid.y + grid.height()) * 256));
}

TEST(NeuronLayout, ColumnsOfOneDepthLieAboveEachOther) {
  const NeuronLayout layout = place({{1, 8, 8, 0}, {4, 8, 8, 1}, {4, 8, 8, 1}});
  EXPECT_LT(layout.grids[1].y + layout.grids[1].height(), layout.grids[2].y);
  EXPECT_EQ(layout.grids[1].x, layout.grids[2].x);
  EXPECT_EQ(layout.slots.size(), 2u);
}

TEST(NeuronLayout, SaysWhenPlanesDoNotFit) {
  const NeuronLayout layout = place({{4'000'000, 1, 1, 0}, {1, 1, 1, 1}});
  EXPECT_FALSE(fits(layout.grids[0], kPlot));
}

TEST(Glow, BrightnessFollowsRankAndColourFollowsSign) {
  Accumulation sums{4, 1, {5, 1000, 0, 0}, {0, 0, 0, 1000}};
  const Light light = make_light(sums, {.power = 1, .halo_radius = 0, .halo_percent = 0});
  const auto brightness = [&](size_t i) {
    return light.pixels[i][0] + light.pixels[i][1] + light.pixels[i][2];
  };
  EXPECT_GT(brightness(1), brightness(0));
  EXPECT_EQ(brightness(2), 0);
  EXPECT_GT(light.pixels[1][0], light.pixels[1][2]);
  EXPECT_LT(light.pixels[3][0], light.pixels[3][2]);
}

TEST(Glow, ScalingAllSumsChangesNothing) {
  const Accumulation sums{3, 1, {64, 128, 256}, {0, 32, 0}};
  const Accumulation larger{3, 1, {64 << 10, 128 << 10, 256 << 10}, {0, 32 << 10, 0}};
  EXPECT_EQ(make_light(sums, {}).pixels, make_light(larger, {}).pixels);
}

}  // namespace
}  // namespace geoneuron::views
