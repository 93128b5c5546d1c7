// SPDX-License-Identifier: MIT
#include "views/neuron_edges.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace geoneuron::views {
namespace {

using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;
using Elements = std::vector<float>;

WeightedTaps taps_of(Operator op, const Shape& source, const Shape& weights,
                     const Elements& elements) {
  Node node;
  node.op = op;
  node.name = "node";
  return WeightedTaps::create(node, source, Tensor::from<float>(weights, elements), false).value();
}

Result<NeuronEdges> collect(const WeightedTaps& taps, const Elements& activations,
                            const EdgeOptions& options) {
  const std::span<const float> span(activations);
  return collect_edges({&taps, 1}, {&span, 1}, options);
}

TEST(NeuronEdges, FlowIsWeightTimesActivationBySign) {
  const WeightedTaps taps = taps_of(Operator::kMatMul, {1, 2}, {2, 1}, {3, -2});
  const NeuronEdges edges = collect(taps, {2, 5}, {}).value();
  EXPECT_EQ(edges.level, EdgeLevel::kUnit);
  EXPECT_TRUE(edges.level_was_auto);
  ASSERT_EQ(edges.groups[0].edges.size(), 2u);
  EXPECT_EQ(edges.groups[0].edges[0].positive, 6);
  EXPECT_EQ(edges.groups[0].edges[0].negative, 0);
  EXPECT_EQ(edges.groups[0].edges[1].positive, 0);
  EXPECT_EQ(edges.groups[0].edges[1].negative, -10);
}

TEST(NeuronEdges, WeightsHaveNoSign) {
  const WeightedTaps taps = taps_of(Operator::kMatMul, {1, 2}, {2, 1}, {3, -2});
  const NeuronEdges edges =
      collect(taps, {2, 5}, {.level = {}, .value = EdgeValue::kWeight, .top = {}}).value();
  EXPECT_EQ(edges.groups[0].edges[1].positive, 2);
  EXPECT_EQ(edges.groups[0].edges[1].negative, 0);
}

TEST(NeuronEdges, AutoTakesChannelsAboveItsLimit) {
  // One weight per pair: 2048 x 2048 unit edges are as many as auto draws.
  const auto level = [&](int64_t features) {
    const WeightedTaps taps = taps_of(Operator::kMatMul, {1, features}, {features, 2048},
                                      Elements(static_cast<size_t>(features) * 2048, 1.0f));
    return collect(taps, Elements(static_cast<size_t>(features), 1.0f), {}).value().level;
  };
  EXPECT_EQ(level(2048), EdgeLevel::kUnit);
  EXPECT_EQ(level(2049), EdgeLevel::kChannel);
}

TEST(NeuronEdges, RefusesMoreEdgesThanItCanHold) {
  const WeightedTaps taps =
      taps_of(Operator::kMatMul, {5000, 64}, {64, 64}, Elements(64 * 64, 1.0f));
  const Elements activations(5000 * 64, 1.0f);
  const auto edges =
      collect(taps, activations, {.level = EdgeLevel::kUnit, .value = EdgeValue::kFlow, .top = {}});
  ASSERT_FALSE(edges.has_value());
  EXPECT_EQ(edges.error().code, EFBIG);
  EXPECT_NE(edges.error().message.find("20480000 edges"), std::string::npos);
  EXPECT_EQ(collect(taps, activations, {}).value().total, 64u * 64);
}

TEST(NeuronEdges, TopKeepsTheLargestInOrderAndEarlierTies) {
  const WeightedTaps taps = taps_of(Operator::kMatMul, {1, 5}, {5, 1}, {1, -3, 2, 2, 2});
  const NeuronEdges edges =
      collect(taps, Elements(5, 1.0f), {.level = {}, .value = EdgeValue::kFlow, .top = 3}).value();
  EXPECT_EQ(edges.total, 5u);
  EXPECT_EQ(edges.drawn, 3u);
  std::vector<uint32_t> sources;
  for (const DrawnEdge& edge : edges.groups[0].edges) sources.push_back(edge.source);
  EXPECT_EQ(sources, (std::vector<uint32_t>{1, 2, 3}));
}

TEST(NeuronEdges, CountsButNeverDrawsNanAndInfinity) {
  const WeightedTaps taps = taps_of(Operator::kMatMul, {1, 3}, {3, 1}, {1, 1, 1});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const EdgeLevel level : {EdgeLevel::kUnit, EdgeLevel::kChannel}) {
    const NeuronEdges edges =
        collect(taps, {nan, -infinity, 4}, {.level = level, .value = EdgeValue::kFlow, .top = {}})
            .value();
    EXPECT_EQ(edges.total, 3u);
    EXPECT_EQ(edges.not_finite, 2u);
    ASSERT_EQ(edges.groups[0].edges.size(), 1u);
    EXPECT_EQ(edges.groups[0].edges[0].positive, 4);
  }
}

}  // namespace
}  // namespace geoneuron::views
