// SPDX-License-Identifier: MIT
#include "views/neuron_graph.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "views/cpu_pixels.hpp"
#include "views/neuron_labels.hpp"
#include "views/neuron_segments.hpp"

namespace geoneuron::views {
namespace {

using perception::Graph;
using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;
using perception::ValueId;
using testing::ElementsAre;
using testing::HasSubstr;

// conv (1 -> 2 channels, 3x3, padded) -> relu -> flatten -> gemm (2 features), on a 6x6 picture.
class NeuronGraph : public testing::Test {
 protected:
  NeuronGraph() {
    const ValueId x = tensor("x", {1, 1, 6, 6}, false);
    const ValueId weights = tensor("w", {2, 1, 3, 3}, true);
    const ValueId y = tensor("y", {1, 2, 6, 6}, false);
    const ValueId relu = tensor("relu", {1, 2, 6, 6}, false);
    const ValueId flat = tensor("flat", {1, 72}, false);
    const ValueId head = tensor("head.w", {72, 2}, true);
    const ValueId out = tensor("out", {1, 2}, false);
    graph_.name = "tiny";
    graph_.inputs = {x};
    node(Operator::kConv, {x, weights}, y);
    graph_.nodes.back().attributes.set("pads", std::vector<int64_t>{1, 1, 1, 1});
    node(Operator::kRelu, {y}, relu);
    node(Operator::kFlatten, {relu}, flat);
    node(Operator::kGemm, {flat, head}, out);
    request_.graph = &graph_;
  }

  Result<Image> render(std::map<std::string, std::string> parameters) {
    const ViewDefinition view = neuron_graph_view();
    const auto parsed = ViewParameters::parse(view.parameters, parameters);
    return view.render(device_, request_, parsed.value());
  }

  std::vector<std::string> needs() {
    const ViewDefinition view = neuron_graph_view();
    return view.needs(graph_, {}, ViewParameters::parse(view.parameters, {}).value()).value();
  }
  ValueId tensor(const std::string& name, const Shape& shape, bool constant) {
    std::vector<float> elements(static_cast<size_t>(shape.element_count()));
    for (size_t i = 0; i < elements.size(); ++i)
      elements[i] = static_cast<float>(static_cast<int>(i * 7 % 11) - 5);
    const ValueId id = graph_.add_value({name, {}, {}});
    const Tensor value = Tensor::from<float>(shape, elements);
    if (constant)
      graph_.at(id).constant = value;
    else
      request_.tensors[name] = value;
    return id;
  }
  void node(Operator op, std::vector<ValueId> inputs, ValueId output) {
    Node node;
    node.op = op;
    node.name = std::string(name_of(op));
    node.inputs = std::move(inputs);
    node.outputs = {output};
    graph_.nodes.push_back(node);
  }

  Graph graph_;
  ViewRequest request_;
  CpuPixels device_;
};

TEST_F(NeuronGraph, NeedsSourcesAndWhatColumnsShow) {
  const ViewDefinition view = neuron_graph_view();
  const auto parameters = ViewParameters::parse(view.parameters, {}).value();
  EXPECT_THAT(view.needs(graph_, {}, parameters).value(), ElementsAre("flat", "out", "relu", "x"));
  const std::vector<std::string> selected{"y"};
  EXPECT_THAT(view.needs(graph_, selected, parameters).value(), ElementsAre("relu", "x"));
}

TEST_F(NeuronGraph, CountsUnitAndChannelEdges) {
  // 16 positions with 9 taps, 16 with 6 and 4 with 4, for two channels; 72 times 2 features.
  const NeuronScene units = make_scene(request_, {}).value();
  EXPECT_EQ(units.edges.groups[0].total, 2u * (16 * 9 + 16 * 6 + 4 * 4));
  EXPECT_EQ(units.edges.groups[1].total, 144u);
  EXPECT_EQ(units.columns[1].units.count(), 72u);
  EdgeOptions options;
  options.level = EdgeLevel::kChannel;
  const NeuronScene channels = make_scene(request_, options).value();
  EXPECT_EQ(channels.edges.total, 2u + 144u);
  EXPECT_EQ(channels.columns[1].units.count(), 2u);
}

TEST_F(NeuronGraph, DrawsWeightsThatAreComputedFromConstants) {
  const ValueId head = *graph_.find("head.w");
  request_.tensors["head.w"] = *graph_.at(head).constant;
  graph_.at(head).constant.reset();
  node(Operator::kTranspose, {tensor("raw", {2, 72}, true)}, head);
  std::rotate(graph_.nodes.begin(), graph_.nodes.end() - 1, graph_.nodes.end());
  EXPECT_THAT(needs(), ElementsAre("flat", "head.w", "out", "relu", "x"));
  EXPECT_EQ(make_scene(request_, {}).value().edges.total, 656u);
}

TEST_F(NeuronGraph, BeginsAColumnWhereAConstantEnlargesATensor) {
  const ValueId out = *graph_.find("out"), rows = tensor("rows", {3, 2}, false);
  node(Operator::kAdd, {out, tensor("offsets", {3, 1}, true)}, rows);
  const ValueId last = tensor("last", {3, 4}, false);
  node(Operator::kGemm, {rows, tensor("last.w", {2, 4}, true)}, last);
  EXPECT_THAT(needs(), ElementsAre("flat", "last", "out", "relu", "rows", "x"));
  const Result<NeuronScene> scene = make_scene(request_, {});
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  EXPECT_EQ(scene->edges.groups.at(2).total, 3u * 2 * 4);
  EXPECT_EQ(scene->columns.at(4).shape, Shape({3, 2}));
  EXPECT_TRUE(render({}).has_value());
}

TEST(NeuronSegments, FollowWhatABroadcastCopies) {
  EXPECT_THAT(broadcast_sources({1, 2}, {3, 2}), ElementsAre(0, 1, 0, 1, 0, 1));
  EXPECT_THAT(broadcast_sources({3, 1}, {3, 2}), ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(broadcast_sources({2}, {2, 2}), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(broadcast_sources({4}, {2, 2}), testing::IsEmpty());
  EXPECT_THAT(broadcast_sources({3, 2}, {1, 2}), testing::IsEmpty());
}

TEST_F(NeuronGraph, RendersEveryLevelAndValueAtTheWantedSize) {
  for (const char* level : {"unit", "channel"})
    for (const char* value : {"flow", "weight"}) {
      const auto image =
          render({{"level", level}, {"value", value}, {"width", "900"}, {"height", "600"}});
      ASSERT_TRUE(image.has_value()) << image.error().message;
      EXPECT_EQ(image->width, 900u);
      EXPECT_EQ(image->height, 600u);
    }
}

TEST_F(NeuronGraph, TheSameRequestGivesTheSamePixels) {
  EXPECT_EQ(render({}).value(), render({}).value());
  EXPECT_NE(render({}).value(), render({{"value", "weight"}}).value());
}

TEST_F(NeuronGraph, ALegendNeverHidesWhatTopLeavesOut) {
  EdgeOptions options;
  options.top = 10;
  EXPECT_THAT(edge_legend(make_scene(request_, options).value().edges),
              HasSubstr("10 of 656 edges"));
  EXPECT_THAT(edge_legend(make_scene(request_, {}).value().edges),
              testing::StartsWith("656 edges"));
}

TEST_F(NeuronGraph, NamesAMissingTensorAndAMisspeltSelection) {
  request_.tensors.erase("relu");
  const auto missing = render({});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ENOENT);
  EXPECT_THAT(missing.error().message, HasSubstr("relu"));
  request_.selected = {"rela"};
  const auto misspelt = render({});
  ASSERT_FALSE(misspelt.has_value());
  EXPECT_THAT(misspelt.error().message, HasSubstr("did you mean relu"));
}

TEST_F(NeuronGraph, SaysSoWhereNothingHasWeights) {
  request_.selected = {"x"};
  const auto image = render({});
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error().message, HasSubstr("no edges to draw"));
}

TEST_F(NeuronGraph, SaysWhichSelectedTensorsHaveNoEdges) {
  request_.selected = {"relu", "x", "flat"};
  const NeuronScene scene = make_scene(request_, {}).value();
  EXPECT_EQ(scene.operators.size(), 1u);
  EXPECT_THAT(scene.passed_over, ElementsAre("x", "flat"));
  EXPECT_THAT(passed_over_legend(scene), testing::EndsWith("in them: x, flat."));
  request_.selected = {"relu"};
  EXPECT_EQ(passed_over_legend(make_scene(request_, {}).value()), "");
}

TEST_F(NeuronGraph, LongNamesLeaveRoomForThePicture) {
  request_.selected = {"relu"};
  for (int i = 0; i < 6; ++i)
    request_.selected.push_back(
        graph_.at(tensor(std::string(4000, 'n') + char('0' + i), {1}, true)).name);
  graph_.name = std::string(4000, 't');
  EXPECT_LE(passed_over_legend(make_scene(request_, {}).value()).size(), 500u);
  EXPECT_TRUE(render({{"height", "600"}, {"width", "800"}}).has_value());
}

TEST_F(NeuronGraph, SaysWhenAPixelShowsSeveralUnits) {
  const NeuronScene scene = make_scene(request_, {}).value();
  EXPECT_THAT(node_legend(scene, true), HasSubstr("each pixel shows the largest |a|"));
  EXPECT_THAT(node_legend(scene, false), testing::Not(HasSubstr("pixel")));
}

TEST(NeuronLabels, GroupDigitsAndDropTheBatch) {
  EXPECT_EQ(grouped_digits(7), "7");
  EXPECT_EQ(grouped_digits(1000), "1,000");
  EXPECT_EQ(grouped_digits(1645408), "1,645,408");
  EXPECT_EQ(shape_caption({1, 8, 48, 48}), "8×48×48");
  EXPECT_EQ(shape_caption({2, 3}), "2×3");
  EXPECT_EQ(shape_caption({}), "scalar");
}

}  // namespace
}  // namespace geoneuron::views
