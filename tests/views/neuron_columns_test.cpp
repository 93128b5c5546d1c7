// SPDX-License-Identifier: MIT
#include "views/neuron_columns.hpp"

#include <gmock/gmock.h>

#include "perception/tensor.hpp"

namespace geoneuron::views {
namespace {

using perception::Graph;
using perception::Node;
using perception::Operator;
using perception::Tensor;
using perception::ValueId;
using testing::ElementsAre;

// Builds graphs line by line; nodes are named "op0", "op1", ... in order.
class GraphBuilder {
 public:
  ValueId input() {
    const ValueId id = value("x");
    graph_.inputs.push_back(id);
    return id;
  }
  ValueId constant() {
    const float one = 1;
    const ValueId id = value("w");
    graph_.at(id).constant = Tensor::from<float>({1}, std::span(&one, 1));
    return id;
  }
  ValueId node(Operator op, std::vector<ValueId> inputs) {
    Node node;
    node.op = op;
    node.name = "op" + std::to_string(graph_.nodes.size());
    node.inputs = std::move(inputs);
    node.outputs = {value(node.name)};
    graph_.nodes.push_back(node);
    return node.outputs[0];
  }
  ValueId conv(ValueId x) { return node(Operator::kConv, {x, constant()}); }
  ValueId relu(ValueId x) { return node(Operator::kRelu, {x}); }
  const Graph& graph() const { return graph_; }

 private:
  ValueId value(std::string name) { return graph_.add_value({std::move(name), {}, {}}); }

  Graph graph_;
};

std::vector<ValueId> shown(const ColumnGraph& graph) {
  std::vector<ValueId> result;
  for (const Column& column : graph.columns) result.push_back(column.shown);
  return result;
}

std::vector<uint32_t> depths(const ColumnGraph& graph) {
  std::vector<uint32_t> result;
  for (const Column& column : graph.columns) result.push_back(column.depth);
  return result;
}

TEST(NeuronColumns, ElementWiseResultsShareAColumnAndTheLastIsShown) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId y = build.conv(x);
  const ValueId bias = build.node(Operator::kAdd, {y, build.constant()});
  const ValueId relu = build.relu(bias);
  const ValueId z = build.conv(relu);
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(x, relu, z));
  EXPECT_THAT(columns.columns[1].members, ElementsAre(y, bias, relu));
  EXPECT_THAT(columns.thin, testing::IsEmpty());
  ASSERT_EQ(columns.weighted.size(), 2u);
  EXPECT_EQ(columns.weighted[1].source, relu);
  EXPECT_EQ(columns.weighted[1].from, 1u);
  EXPECT_EQ(columns.weighted[1].to, 2u);
}

TEST(NeuronColumns, WeightsMayComeThroughNodes) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId y = build.conv(x);
  const ValueId half = build.node(Operator::kMul, {build.constant(), build.constant()});
  const ValueId weights = build.node(Operator::kTranspose, {half});
  const ValueId z = build.node(Operator::kMatMul, {y, weights});
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(x, y, z));
  ASSERT_EQ(columns.weighted.size(), 2u);
  EXPECT_EQ(columns.weighted[1].weights, weights);
  EXPECT_THAT(columns.thin, testing::IsEmpty());
}

TEST(NeuronColumns, AnotherShapeBeginsAnotherColumn) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId y = build.conv(x);
  const ValueId rows = build.node(Operator::kAdd, {y, build.constant()});
  const ValueId relu = build.relu(rows);
  const ValueId z = build.conv(relu);
  const KnownShapes shapes{{y, {1, 4}}, {rows, {3, 4}}, {relu, {3, 4}}};
  const ColumnGraph columns = find_columns(build.graph(), shapes);
  EXPECT_THAT(shown(columns), ElementsAre(x, y, relu, z));
  EXPECT_THAT(columns.thin, ElementsAre(ThinLink{1, 2}));
}

TEST(NeuronColumns, PoolingSplitsColumnsAndJoinsThemThinly) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId y = build.relu(build.conv(x));
  const ValueId pooled = build.node(Operator::kMaxPool, {y});
  const ValueId z = build.conv(pooled);
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(x, y, pooled, z));
  EXPECT_THAT(columns.thin, ElementsAre(ThinLink{1, 2}));
}

TEST(NeuronColumns, ThinLinksSkipTensorsThatAreNoColumns) {
  GraphBuilder build;
  const ValueId y = build.conv(build.input());
  const ValueId pooled = build.node(Operator::kGlobalAveragePool, {y});
  const ValueId flat = build.node(Operator::kFlatten, {pooled});
  const ValueId z = build.node(Operator::kGemm, {flat, build.constant()});
  build.node(Operator::kSoftmax, {z});
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(ValueId{0}, y, flat, z));
  EXPECT_THAT(columns.thin, ElementsAre(ThinLink{1, 2}));
}

TEST(NeuronColumns, AnAdditionOfTwoColumnsIsThinAndLiesBehindTheLongerPath) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId a = build.conv(x);
  const ValueId b = build.conv(a);
  const ValueId sum = build.node(Operator::kAdd, {x, b});
  const ValueId z = build.conv(sum);
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(x, a, b, sum, z));
  EXPECT_THAT(depths(columns), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(columns.thin, ElementsAre(ThinLink{0, 3}, ThinLink{2, 3}));
}

TEST(NeuronColumns, AGateOfOneTensorStaysInItsColumn) {
  GraphBuilder build;
  const ValueId y = build.conv(build.input());
  const ValueId gate = build.node(Operator::kHardSigmoid, {y});
  const ValueId swish = build.node(Operator::kMul, {y, gate});
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(ValueId{0}, swish));
  EXPECT_THAT(columns.thin, testing::IsEmpty());
}

TEST(NeuronColumns, ParallelBranchesOfEqualDepthFollowGraphOrder) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId a = build.conv(x);
  const ValueId aa = build.conv(a);
  const ValueId b = build.conv(x);
  const ColumnGraph columns = find_columns(build.graph());
  EXPECT_THAT(shown(columns), ElementsAre(x, a, b, aa));
  EXPECT_THAT(depths(columns), ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(columns.weighted[1].to, 3u);
}

TEST(NeuronColumns, AProductOfTwoActivationsHasNoWeights) {
  GraphBuilder build;
  const ValueId x = build.input();
  build.node(Operator::kMatMul, {x, x});
  EXPECT_TRUE(find_columns(build.graph()).columns.empty());
}

TEST(NeuronColumns, EitherOperandOfAMatrixProductMayBeTheWeights) {
  GraphBuilder build;
  const ValueId x = build.input();
  const ValueId weights = build.constant();
  build.node(Operator::kMatMul, {weights, x});
  const ColumnGraph columns = find_columns(build.graph());
  ASSERT_EQ(columns.weighted.size(), 1u);
  EXPECT_EQ(columns.weighted[0].source, x);
  EXPECT_EQ(columns.weighted[0].weights, weights);
}

}  // namespace
}  // namespace geoneuron::views
