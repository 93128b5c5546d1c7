// SPDX-License-Identifier: MIT
#include "engine/pass_measurement.hpp"

#include <gtest/gtest.h>

#include "fakes/fake_unit.hpp"
#include "fakes/graph_builder.hpp"
#include "fakes/hand_evaluator.hpp"

namespace geoneuron::engine {
namespace {

using perception::GraphBuilder;
using perception::Operator;
using perception::Tensor;
using perception::ValueId;

PerceptionRequest request() {
  GraphBuilder builder;
  const ValueId x = builder.input("x", {perception::DataType::kFloat32, {4}});
  const ValueId a = builder.floats("a", {4}, {1, 2, 3, 4});
  ValueId constant = builder.node("c0", Operator::kNeg, {a});
  for (int i = 1; i < 8; ++i)
    constant = builder.node("c" + std::to_string(i), Operator::kNeg, {constant});
  const ValueId y = builder.node("y", Operator::kAdd, {x, constant});
  auto model = std::make_shared<perception::Model>();
  model->graph = builder.graph({y});
  return {model, {{"x", Tensor::from<float>({4}, std::vector<float>(4))}}, {"y"}, true};
}

TEST(PassMeasurement, TellsWhatEachPassSaves) {
  FakeUnitControl control;
  uint64_t time_ns = 0;  // every node takes five seconds by this clock
  const auto slow_evaluate = [&](const perception::Node& node, std::span<const Tensor> inputs) {
    time_ns += 5'000'000'000;
    return perception::evaluate_by_hand(node, inputs);
  };
  const MakeUnit make_unit = [&]() -> Result<std::unique_ptr<ParallelProcessingUnit>> {
    return std::unique_ptr<ParallelProcessingUnit>(
        std::make_unique<FakeUnit>(slow_evaluate, control));
  };
  const PassMeasurement measured =
      measure_passes(make_unit, request(), {}, 3, perception::evaluate_by_hand, [&] {
        return time_ns;
      }).value();
  ASSERT_EQ(measured.passes.size(), perception::pass_names().size());
  EXPECT_EQ(measured.passes[0].pass, "constant folding");
  EXPECT_EQ(measured.passes[0].changes, 8u);
  EXPECT_EQ(measured.passes[0].saved_ns.value(), 40'000'000'000);
  EXPECT_FALSE(measured.passes[1].saved_ns.has_value());
  EXPECT_EQ(measured.plain_ns, 45'000'000'000u);
  EXPECT_EQ(measured.optimized_ns, 5'000'000'000u);
  ASSERT_EQ(measured.nodes.size(), 1u);
  EXPECT_EQ(measured.nodes[0].node, "y");
}

// The first four timed runs take a hundred times as long as they should. Of runs in blocks, nearly
// all of the plain network's would be among them.
TEST(PassMeasurement, IsNotMisledByABusyMoment) {
  FakeUnitControl control;
  uint64_t time_ns = 0;
  size_t clock_calls = 0;
  const auto slow_evaluate = [&](const perception::Node& node, std::span<const Tensor> inputs) {
    time_ns += clock_calls < 8 ? 500'000'000'000 : 5'000'000'000;
    return perception::evaluate_by_hand(node, inputs);
  };
  const MakeUnit make_unit = [&]() -> Result<std::unique_ptr<ParallelProcessingUnit>> {
    return std::unique_ptr<ParallelProcessingUnit>(
        std::make_unique<FakeUnit>(slow_evaluate, control));
  };
  const PassMeasurement measured =
      measure_passes(make_unit, request(), {}, 5, perception::evaluate_by_hand, [&] {
        ++clock_calls;
        return time_ns;
      }).value();
  EXPECT_EQ(measured.plain_ns, 45'000'000'000u);
  EXPECT_EQ(measured.optimized_ns, 5'000'000'000u);
  EXPECT_EQ(measured.passes[0].saved_ns.value(), 40'000'000'000);
}

TEST(PassMeasurement, PassesOnErrors) {
  const MakeUnit make_unit = []() -> Result<std::unique_ptr<ParallelProcessingUnit>> {
    return make_error(ENODEV, "no device");
  };
  EXPECT_EQ(measure_passes(make_unit, request(), {}, 1).error().code, ENODEV);
}

}  // namespace
}  // namespace geoneuron::engine
