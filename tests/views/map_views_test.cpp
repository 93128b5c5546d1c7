// SPDX-License-Identifier: MIT
// activation_map and feature_grid, through the registry.
#include <gmock/gmock.h>

#include "views/brute_force.hpp"
#include "views/colour_map.hpp"
#include "views/colouring.hpp"
#include "views/cpu_pixels.hpp"
#include "views/view.hpp"

namespace geoneuron::views {
namespace {

using perception::Shape;
using perception::Tensor;

class MapViewsTest : public ::testing::Test {
 protected:
  MapViewsTest() { add("conv", {2, 3, 4, 5}, testing::normal(120, 1)); }

  void add(const std::string& name, Shape shape, const std::vector<float>& values) {
    request_.tensors[name] = Tensor::from<float>(std::move(shape), values);
    request_.selected = {name};
  }

  Result<Image> render_with(const std::string& view,
                            std::map<std::string, std::string> parameters) {
    request_.parameters = std::move(parameters);
    return render(device_, view, request_);
  }
  std::string error_with(const std::string& view, std::map<std::string, std::string> parameters) {
    const auto image = render_with(view, std::move(parameters));
    return image ? "" : image.error().message;
  }

  // The legend that a picture with these parameters has.
  Legend legend_of(const std::map<std::string, std::string>& given, bool all_maps = true) {
    std::vector<ViewParameter> known;
    append_map_parameters(known, "layer");
    const auto parameters = ViewParameters::parse(known, given).value();
    const LayerMaps layer = LayerMaps::from(request_, request_.selected[0], 0).value();
    PaintedMaps painted{layer.elements(), {}};
    for (uint64_t i = 0; i < (all_maps ? layer.count : 1); ++i)
      painted.maps.push_back(layer.map_range(i));
    return Colouring::choose(device_, request_, parameters, layer, painted).value().legend;
  }
  std::vector<std::string> legend_texts(const std::map<std::string, std::string>& given,
                                        bool all_maps = true) {
    return legend_of(given, all_maps).texts();
  }

  CpuPixels device_;
  ViewRequest request_;
};

// The number of pixels of exactly this colour.
size_t count_of(const Image& image, Rgba8 colour) {
  return static_cast<size_t>(std::count(image.pixels.begin(), image.pixels.end(), colour));
}

TEST_F(MapViewsTest, PaintTheChosenChannelOfTheChosenSample) {
  std::vector<float> values(2 * 2 * 3 * 3, 0.0f);
  values[(1 * 2 + 1) * 9 + 4] = 1.0f;  // the middle of sample 1, channel 1
  add("t", {2, 2, 3, 3}, values);
  const Rgba8 top = palette_named("viridis").value().colours[255];
  const std::map<std::string, std::string> plain{{"legend", "off"}, {"scale", "7"}};
  const auto with = [&](const char* channel, const char* sample) {
    auto given = plain;
    given["channel"] = channel;
    given["sample"] = sample;
    return count_of(render_with("activation_map", given).value(), top);
  };
  EXPECT_EQ(with("1", "1"), 49u);
  EXPECT_EQ(with("0", "1"), 0u);
  EXPECT_EQ(with("1", "0"), 0u);
}

TEST_F(MapViewsTest, PaintEveryMapOfALayer) {
  std::vector<float> values(64 * 4, 0.0f);
  for (size_t map = 0; map < 64; ++map) values[map * 4 + map % 4] = 1.0f;
  add("t", {1, 64, 2, 2}, values);
  const Image image =
      render_with("feature_grid", {{"legend", "off"}, {"scale", "5"}, {"columns", "9"}}).value();
  EXPECT_EQ(count_of(image, palette_named("viridis").value().colours[255]), 64u * 25);
}

TEST_F(MapViewsTest, ReduceOverChannels) {
  add("t", {1, 2, 1, 2}, {1, 5, 3, 1});
  const Palette palette = palette_named("viridis").value();
  const std::map<std::string, std::string> plain{
      {"legend", "off"}, {"scale", "3"}, {"normalisation", "fixed"}, {"low", "0"}, {"high", "256"}};
  const auto with = [&](const char* reduce) {
    auto given = plain;
    given["reduce"] = reduce;
    return render_with("activation_map", given).value();
  };
  EXPECT_EQ(count_of(with("mean"), palette.colours[2]), 9u);
  EXPECT_EQ(count_of(with("mean"), palette.colours[3]), 9u);
  EXPECT_EQ(count_of(with("max"), palette.colours[3]), 9u);
  EXPECT_EQ(count_of(with("max"), palette.colours[5]), 9u);
}

TEST_F(MapViewsTest, LayAMapOverTheInputWithTheOpacityAsked) {
  add("t", {1, 1, 1, 1}, {1});
  request_.input_image = Image::filled(2, 2, {200, 100, 0, 255});
  const Rgba8 middle = palette_named("grey").value().colours[128];
  const auto mixed = [&](uint32_t s, uint32_t d) {
    return static_cast<uint8_t>((s * 64 + d * (255 - 64) + 127) / 255);
  };
  const Image image = render_with("activation_map", {{"overlay", "input"},
                                                     {"opacity", "0.25"},
                                                     {"colormap", "grey"},
                                                     {"legend", "off"},
                                                     {"scale", "4"}})
                          .value();
  EXPECT_EQ(count_of(image, {mixed(middle.red, 200), mixed(middle.green, 100),
                             mixed(middle.blue, 0), 255}),
            64u);
}

TEST_F(MapViewsTest, OverlayOnlyWhatHasRowsAndColumns) {
  request_.input_image = Image::filled(4, 4, {});
  add("logits", {1, 10}, testing::normal(10, 1));
  EXPECT_EQ(error_with("activation_map", {{"overlay", "input"}}),
            "activation_map: overlay=input: tensor logits: float32 1x10: is a vector; must be an "
            "activation with rows and columns, such as float32 1x8x24x24, to lie over the input "
            "image");
  perception::Graph graph;
  graph.add_value({"w", {}, Tensor::from<float>({2, 1, 2, 2}, testing::normal(8, 1))});
  request_.graph = &graph;
  request_.selected = {"w"};
  EXPECT_THAT(error_with("activation_map", {{"overlay", "input"}}),
              ::testing::HasSubstr("is a constant of the network; must be an activation"));
  EXPECT_EQ(error_with("activation_map", {}), "");
}

TEST_F(MapViewsTest, ConvertOtherTypesBeforePainting) {
  const std::vector<int64_t> values{0, 255};
  request_.tensors["i"] = Tensor::from<int64_t>({1, 1, 1, 2}, values);
  request_.selected = {"i"};
  const Image image = render_with("activation_map", {{"legend", "off"}, {"scale", "6"}}).value();
  EXPECT_EQ(count_of(image, palette_named("viridis").value().colours[255]), 36u);
}

TEST_F(MapViewsTest, StateLimitsAndWhatWasAggregated) {
  add("t", {1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_THAT(
      legend_texts({{"scope", "layer"}}),
      ::testing::ElementsAre("0", "3.5", "7",
                             "Limits: minimum and maximum of the layer (2 maps of 2\u00d72)."));
  EXPECT_THAT(
      legend_texts({{"scope", "map"}}),
      ::testing::ElementsAre("low", "high",
                             "Limits: minimum and maximum of each map. Low from 0 to 4, high "
                             "from 3 to 7."));
  EXPECT_THAT(
      legend_texts({{"scope", "map"}, {"colormap", "diverging"}}, false),
      ::testing::ElementsAre("-3", "0", "3",
                             "Limits: largest magnitude of this map, made symmetric about 0."));
  EXPECT_THAT(legend_texts({{"normalisation", "fixed"}, {"low", "-1"}, {"high", "2.5"}}),
              ::testing::ElementsAre("-1", "0.75", "2.5", "Limits: fixed at -1 and 2.5."));
  EXPECT_THAT(
      legend_texts(
          {{"normalisation", "fixed"}, {"low", "0"}, {"high", "1"}, {"colormap", "diverging"}}),
      ::testing::ElementsAre("0", "0.5", "1",
                             "Limits: fixed at 0 and 1, in colours that are symmetric about 0."));
  EXPECT_THAT(
      legend_texts({{"normalisation", "percentile"}, {"low", "0.5"}}),
      ::testing::Contains("Limits: percentiles 0.5 and 99 of the layer (2 maps of 2\u00d72)."));
}

TEST_F(MapViewsTest, ShowOnlyThePartWithinFixedLimitsInTheBar) {
  constexpr uint32_t kWidth = 640, kInsideBar = 5;
  const Legend legend = legend_of(
      {{"normalisation", "fixed"}, {"low", "0"}, {"high", "1"}, {"colormap", "diverging"}});
  Image image = Image::filled(kWidth, legend.height(kWidth).value(), {});
  ASSERT_TRUE(legend.draw(image, Theme::named("dark"), 0, 0, kWidth));
  EXPECT_EQ(image.at(0, kInsideBar), (Rgba8{255, 255, 255, 255}));
  EXPECT_EQ(image.at(kWidth - 1, kInsideBar), palette_named("diverging").value().colours[255]);
}

TEST_F(MapViewsTest, ShareLimitsOverTheModel) {
  add("a", {1, 1, 1, 2}, {0, 1});
  add("b", {1, 1, 1, 2}, {-4, 8});
  request_.tensors.erase("conv");
  request_.selected = {"a"};
  EXPECT_THAT(legend_texts({{"scope", "model"}}),
              ::testing::ElementsAre("-4", "2", "8",
                                     "Limits: minimum and maximum of the model (2 tensors, 4 "
                                     "values)."));
}

TEST_F(MapViewsTest, CountWhatIsNotFiniteInTheLegend) {
  add("t", {1, 1, 2, 3}, {NAN, NAN, INFINITY, -INFINITY, 0, 1});
  EXPECT_THAT(legend_texts({}),
              ::testing::IsSupersetOf({"2 NaN", "1 +infinity", "1 \u2212infinity"}));
  const Image image = render_with("activation_map", {{"scale", "4"}, {"legend", "off"}}).value();
  EXPECT_EQ(count_of(image, palette_named("viridis").value().nan), 32u);
}

TEST_F(MapViewsTest, AskForEveryActivationOfTheModel) {
  perception::Graph graph;
  const auto x = graph.add_value({"x", {}, {}}), y = graph.add_value({"y", {}, {}}),
             z = graph.add_value({"z", {}, {}}), w = graph.add_value({"w", {}, {}});
  graph.at(w).constant = Tensor::from<float>({1}, std::vector<float>{1});
  perception::Node first, second;
  first.inputs = {x, w};
  first.outputs = {y};
  second.inputs = {y};
  second.outputs = {z};
  graph.nodes = {first, second};
  const auto view = find_view("feature_grid").value();
  const auto needs = [&](std::vector<std::string> selected, const char* scope) {
    const auto parameters = ViewParameters::parse(view->parameters, {{"scope", scope}}).value();
    return view->needs(graph, selected, parameters).value();
  };
  EXPECT_THAT(needs({"z"}, "layer"), ::testing::ElementsAre("z"));
  EXPECT_THAT(needs({"z"}, "model"), ::testing::ElementsAre("z", "y"));
  EXPECT_THAT(needs({"w"}, "layer"), ::testing::IsEmpty());
  request_.graph = &graph;
  request_.selected = {"w"};
  EXPECT_TRUE(render_with("feature_grid", {}));
}

TEST_F(MapViewsTest, DrawVectorsScalarsAndHighRanks) {
  for (const Shape& shape : {Shape{}, Shape{7}, Shape{1, 1000}, Shape{2, 3, 4}, Shape{1, 5, 1, 1},
                             Shape{1, 2, 3, 4, 5}}) {
    add("t", shape, testing::normal(static_cast<size_t>(shape.element_count()), 3));
    EXPECT_EQ(error_with("feature_grid", {}), "") << shape.to_string();
    EXPECT_EQ(error_with("activation_map", {}), "") << shape.to_string();
  }
}

TEST_F(MapViewsTest, SayWhatIsWrongWithARequest) {
  EXPECT_EQ(error_with("activation_map", {{"channel", "3"}}),
            "activation_map: parameter channel: 3: tensor conv has 3; the first is 0");
  EXPECT_EQ(error_with("activation_map", {{"sample", "2"}}),
            "activation_map: parameter sample: 2: tensor conv has 2; the first is 0");
  EXPECT_EQ(error_with("activation_map", {{"overlay", "input"}}),
            "activation_map: overlay=input: this run has no input image; give an image as input");
  EXPECT_EQ(error_with("activation_map", {{"channel", "1"}, {"reduce", "max"}}),
            "activation_map: parameter channel: 1: must be auto with reduce=max, which takes all");
  EXPECT_EQ(error_with("activation_map", {{"colour", "grey"}}).substr(0, 52),
            "activation_map: parameter colour: unknown; must be o");
  EXPECT_EQ(
      error_with("feature_gird", {}), "view feature_gird: unknown; must be one of " + [] {
        std::string list;
        for (const ViewDefinition& view : all_views())
          list += (list.empty() ? "" : ", ") + view.name;
        return list;
      }() + "; did you mean feature_grid?");
  request_.selected = {"gone"};
  EXPECT_EQ(error_with("feature_grid", {}),
            "feature_grid: tensor gone: has no elements here; keep it when running the model");
  add("empty", {1, 0, 4, 4}, {});
  EXPECT_EQ(error_with("feature_grid", {}),
            "feature_grid: tensor empty: float32 1x0x4x4: has no elements to show");
  add("huge", {1, 300, 64, 64}, std::vector<float>(300 * 64 * 64));
  EXPECT_THAT(error_with("feature_grid", {{"scale", "64"}}),
              ::testing::MatchesRegex("feature_grid: tensor huge: picture of .* must be .* 16000"));
}

TEST_F(MapViewsTest, HaveDefaultsThatTheirParametersAllow) {
  for (const ViewDefinition& view : all_views())
    for (const ViewParameter& parameter : view.parameters)
      EXPECT_TRUE(parameter.check(parameter.fallback)) << view.name << " " << parameter.name;
}

}  // namespace
}  // namespace geoneuron::views
