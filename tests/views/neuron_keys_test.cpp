// SPDX-License-Identifier: MIT
#include "views/neuron_keys.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "views/neuron_labels.hpp"
#include "views/neuron_nodes.hpp"

namespace geoneuron::views {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A column of maps, and one of features after it.
NeuronScene scene(std::vector<float> maps, std::vector<float> features) {
  NeuronScene result;
  const auto width = static_cast<uint32_t>(maps.size());
  const auto planes = static_cast<uint32_t>(features.size());
  result.columns.push_back({"map", {1, 1, 1, width}, {1, 1, width, 0}, std::move(maps)});
  result.columns.push_back({"out", {1, planes}, {planes, 1, 1, 1}, std::move(features)});
  result.edges.drawn = 1;
  return result;
}

Image keys(const NeuronScene& scene) {
  Image image = Image::filled(900, 30, {0, 0, 0, 255});
  draw_keys(image, *Font::get().value(), Theme::named("dark"), scene, 20);
  return image;
}

size_t count_of(const Image& image, const Rgba8& colour) {
  return static_cast<size_t>(std::ranges::count(image.pixels, colour));
}

TEST(NeuronKeys, CountWhatIsNoNumber) {
  EXPECT_THAT(special_nodes(scene({1, 2}, {3, 4})), IsEmpty());
  std::vector<std::string> texts;
  for (const LegendMark& mark : special_nodes(scene({kNan, kNan, 1}, {kInfinity, -kInfinity, 2})))
    texts.push_back(mark.text);
  EXPECT_THAT(texts, ElementsAre("2 nodes NaN", "1 node +∞", "1 node −∞"));
}

TEST(NeuronKeys, ShowTheColourOfNanWhereThereIsSome) {
  const Rgba8 nan = ember_palette().nan;
  EXPECT_EQ(count_of(keys(scene({1, 2}, {3, 4})), nan), 0u);
  EXPECT_EQ(count_of(keys(scene({1, kNan}, {3, 4})), nan), 144u);
}

TEST(NeuronKeys, HaveNoStripForNodesOfWhichNoneIsFinite) {
  const Rgba8 brightest = ember_palette().colours[254];
  EXPECT_GT(count_of(keys(scene({1, kNan}, {3, kNan})), brightest), 0u);
  EXPECT_EQ(count_of(keys(scene({kNan, kNan}, {kNan, kNan})), brightest), 0u);
}

TEST(NeuronKeys, NumberTheUnitsInWhichTheNetworkEnds) {
  const NeuronScene ends = scene({1, 2}, {3, -4, kNan});
  EXPECT_TRUE(is_numbered(ends, 1));
  EXPECT_FALSE(is_numbered(ends, 0));
  EXPECT_FALSE(is_numbered(scene({1}, std::vector<float>(33)), 1));
  Image image = Image::filled(160, 120, {0, 0, 0, 255});
  const Theme theme = Theme::named("dark");
  PlaneGrid grid;
  grid.units = ends.columns[1].units;
  grid.x = 8;
  grid.y = 8;
  grid.scale = 16;
  grid.pitch_x = grid.pitch_y = 30;
  draw_numbers(image, *Font::get().value(), *Font::get(FontWeight::kBold).value(), theme,
               ends.columns[1], grid);
  EXPECT_GT(count_of(image, theme.text), 0u);  // the largest is bright
  const auto is_drawn = [&](uint32_t top) {
    for (uint32_t y = top; y < top + 16; ++y)
      for (uint32_t x = 26; x < 160; ++x)
        if (image.at(x, y) != Rgba8{0, 0, 0, 255}) return true;
    return false;
  };
  for (const uint32_t top : {8u, 38u, 68u}) EXPECT_TRUE(is_drawn(top)) << top;
}

TEST(NeuronKeys, WriteValuesShort) {
  EXPECT_EQ(value_text(5.504F), "5.5");
  EXPECT_EQ(value_text(-0.25F), "−0.25");
  EXPECT_EQ(value_text(kNan), "NaN");
  EXPECT_EQ(value_text(-kInfinity), "−∞");
}

TEST(NeuronLabels, NameNoLimitOfAColumnWithoutFiniteValues) {
  const NeuronScene mixed = scene({kNan, -2, 1}, {kNan, kInfinity});
  EXPECT_EQ(column_caption(mixed.columns[0]).back(), "|a| ≤ 2");
  EXPECT_EQ(column_caption(mixed.columns[1]).back(), "no finite value");
  EXPECT_THAT(node_legend(mixed, false), HasSubstr("its largest finite |a|"));
  EXPECT_EQ(column_caption(scene({0, 0}, {1}).columns[0]).back(), "|a| ≤ 0");
}

TEST(NeuronLabels, SayWhenNoEdgeIsFinite) {
  NeuronEdges edges;
  edges.total = edges.not_finite = 6;
  EXPECT_THAT(edge_legend(edges), HasSubstr("6 with NaN or infinity are not drawn"));
  EXPECT_EQ(light_legend(edges), "");
  EdgeGroup group;
  group.total = group.not_finite = 6;
  EXPECT_EQ(operator_caption("conv", group, edges, 0).back(), "none finite");
}

}  // namespace
}  // namespace geoneuron::views
