// SPDX-License-Identifier: MIT
#include "perception/plan.hpp"

#include <gtest/gtest.h>

#include <random>

#include "fakes/graph_builder.hpp"
#include "fakes/hand_evaluator.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

constexpr uint64_t kUnit = 64;  // bytes that one stamp stands for

TensorInfo floats(Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}

PlanRequest request_for(Graph graph, std::set<ValueId> keep = {}) {
  PlanRequest request;
  request.graph = std::make_shared<const Graph>(std::move(graph));
  for (const ValueId id : request.graph->inputs) {
    std::vector<int64_t> extents;
    for (const Dimension& dimension : *request.graph->at(id).declared.dimensions)
      extents.push_back(dimension.extent.value());
    request.inputs[id] = {request.graph->at(id).declared.type, Shape(extents)};
  }
  request.keep = std::move(keep);
  return request;
}

Result<Plan> plan_of(const PlanRequest& request, const PlanTarget& target = {}) {
  return make_plan(request, target, evaluate_by_hand);
}

// Executes a plan on stamps in place of numbers: a slot holds the id of the value written last, and
// whoever reads finds out whether it is still there.
class StampedRun {
 public:
  explicit StampedRun(const Plan& plan) : plan_(plan) {
    for (const uint64_t bytes : plan.block_bytes) blocks_.emplace_back(bytes / kUnit, UINT32_MAX);
  }
  void run() {
    for (const ValueId id : plan_.inputs) write(id);
    for (const Step& step : plan_.steps) {
      const Node& node = plan_.graph->at(step.node);
      for (const ValueId id : node.inputs) read(id);
      if (step.placement != Placement::kAlias)
        for (const ValueId id : results_of(node)) write(id);
      for (const ValueId id : results_of(node))
        if (plan_.at(id).keep == Keep::kStreamed) read(id);
    }
    for (size_t i = 0; i < plan_.values.size(); ++i)
      if (plan_.values[i].keep == Keep::kPinned) read(ValueId{static_cast<uint32_t>(i)});
  }

 private:
  template <typename Visit>
  void each_unit(ValueId id, Visit visit) {
    const PlannedValue& value = plan_.at(id);
    if (value.residence != Residence::kArena && value.residence != Residence::kInput) return;
    ASSERT_EQ(value.slot.size_bytes, value.info.size_bytes());
    for (uint64_t at = 0; at < value.slot.size_bytes; at += kUnit)
      visit(blocks_.at(value.slot.block).at((value.slot.offset_bytes + at) / kUnit));
  }
  uint32_t stamp(ValueId id) const {
    const ValueId root = plan_.at(id).alias_of;
    return static_cast<uint32_t>(root == kNoValue ? id : root);
  }
  void write(ValueId id) {
    each_unit(id, [&](uint32_t& unit) { unit = stamp(id); });
  }
  void read(ValueId id) {
    if (id == kNoValue) return;
    ASSERT_NE(plan_.at(id).residence, Residence::kAbsent);
    each_unit(id, [&](uint32_t& unit) { ASSERT_EQ(unit, stamp(id)); });
  }

  const Plan& plan_;
  std::vector<std::vector<uint32_t>> blocks_;
};

Graph random_graph(std::mt19937& random, std::vector<ValueId>& made) {
  GraphBuilder builder;
  const ValueId shape = builder.integers("flat", {-1});
  const int64_t extent = 16 * static_cast<int64_t>(1 + random() % 8);
  made = {builder.input("a", floats({extent, 4})), builder.input("b", floats({extent, 4}))};
  std::vector<ValueId> flat;
  const size_t count = 2 + random() % 30;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = "n" + std::to_string(i);
    const ValueId x = made[random() % made.size()], y = made[random() % made.size()];
    if (random() % 4 == 0) {
      flat.push_back(builder.node(name, Operator::kReshape, {x, shape}));
      flat.push_back(builder.node(name + "r", Operator::kRelu, {flat.back()}));
    } else if (random() % 3 == 0) {
      made.push_back(builder.node(name, Operator::kIdentity, {x}));
    } else if (random() % 2 == 0) {
      made.push_back(builder.node(name, Operator::kRelu, {x}));
    } else {
      made.push_back(builder.node(name, Operator::kAdd, {x, y}));
    }
  }
  made.insert(made.end(), flat.begin(), flat.end());
  return builder.graph({made.back()});
}

TEST(Plan, NoLiveTensorIsOverwrittenOnRandomGraphs) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    std::vector<ValueId> made;
    Graph graph = random_graph(random, made);
    std::set<ValueId> keep = {made.back()};
    for (const ValueId id : made)
      if (random() % 3 == 0) keep.insert(id);
    PlanRequest request = request_for(std::move(graph), keep);
    PlanTarget target;
    if (round % 2 == 0) target.maximum_block_bytes = 4096;
    const Plan pinned = plan_of(request, target).value();
    StampedRun(pinned).run();
    // The smallest budget that holds: then kept tensors are streamed.
    uint64_t low = 0, high = pinned.peak_bytes;
    while (low + kUnit < high) {
      request.budget_bytes = (low + high) / 2;
      (plan_of(request, target).has_value() ? high : low) = request.budget_bytes;
    }
    request.budget_bytes = high;
    const Plan streamed = plan_of(request, target).value();
    StampedRun(streamed).run();
    ASSERT_LE(streamed.peak_bytes, request.budget_bytes);
    ASSERT_FALSE(HasFatalFailure());
  }
}

TEST(Plan, FindsShapesByShapeArithmetic) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({2, 3, 4}));
  const ValueId shape = builder.node("shape", Operator::kShape, {x});
  const ValueId zero = builder.integers("zero", {0});
  const ValueId batch = builder.node("batch", Operator::kGather, {shape, zero});
  const ValueId rest = builder.integers("rest", {-1});
  const ValueId wanted =
      builder.node("wanted", Operator::kConcat, {batch, rest}, {{"axis", int64_t{0}}});
  const ValueId y = builder.node("y", Operator::kReshape, {x, wanted});
  const Plan plan = plan_of(request_for(builder.graph({y}))).value();
  EXPECT_EQ(plan.at(y).info, floats({2, 12}));
  EXPECT_EQ(plan.at(wanted).residence, Residence::kConstant);
  EXPECT_EQ(plan.at(wanted).constant.to_int64s().value(), (std::vector<int64_t>{2, -1}));
  ASSERT_EQ(plan.steps.size(), 1u);
  EXPECT_TRUE(plan.complete);
}

TEST(Plan, ARenamedTensorSharesItsSlot) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({2, 8}));
  const ValueId a = builder.node("a", Operator::kRelu, {x});
  const ValueId flat = builder.node("flat", Operator::kReshape, {a, builder.integers("s", {16})});
  const ValueId same = builder.node("same", Operator::kIdentity, {flat});
  const Plan plan = plan_of(request_for(builder.graph({same}))).value();
  EXPECT_EQ(plan.steps.at(1).placement, Placement::kAlias);
  EXPECT_EQ(plan.at(flat).alias_of, a);
  EXPECT_EQ(plan.at(same).alias_of, a);
  EXPECT_EQ(plan.at(same).slot.offset_bytes, plan.at(a).slot.offset_bytes);
  EXPECT_EQ(plan.kept, (std::vector<ValueId>{same}));
}

// y's shape is what an element of x says.
struct DataDependent {
  GraphBuilder builder;
  ValueId x = builder.input("x", floats({1}));
  ValueId data = builder.input("data", floats({2, 6}));
  ValueId early = builder.node("early", Operator::kRelu, {data});
  ValueId twice = builder.node("twice", Operator::kAdd, {x, x});
  ValueId length = builder.node("length", Operator::kCast, {twice},
                                {{"to", static_cast<int64_t>(DataType::kInt64)}});
  ValueId rest = builder.integers("rest", {-1});
  ValueId shape = builder.node("shape", Operator::kConcat, {length, rest}, {{"axis", int64_t{0}}});
  ValueId y = builder.node("y", Operator::kReshape, {early, shape});
  ValueId z = builder.node("z", Operator::kNeg, {y});
};

TEST(Plan, IsCutWhereAShapeDependsOnData) {
  DataDependent net;
  PlanRequest request = request_for(net.builder.graph({net.z}));
  const Plan first = plan_of(request).value();
  EXPECT_FALSE(first.complete);
  EXPECT_EQ(first.graph->at(first.next_node).name, "y");
  EXPECT_EQ(first.boundary, (std::vector<ValueId>{net.early, net.shape}));
  EXPECT_NE(first.at(net.shape).keep, Keep::kNo);

  request.inputs[net.early] = floats({2, 6});
  request.known[net.shape] = Tensor::from_int64s({3, -1});
  const Plan second = make_plan(request, {}, evaluate_by_hand, first.next_node).value();
  EXPECT_TRUE(second.complete);
  EXPECT_EQ(second.at(net.z).info, floats({3, 4}));
  EXPECT_EQ(second.inputs, (std::vector<ValueId>{net.early}));
}

TEST(Plan, RefusesToCutWhereNothingCouldRunBefore) {
  DataDependent net;
  PlanRequest request = request_for(net.builder.graph({net.z}));
  request.inputs[net.early] = floats({2, 6});
  request.inputs[net.shape] = {DataType::kInt64, {2}};
  const auto plan = make_plan(request, {}, evaluate_by_hand, NodeId{4});
  ASSERT_FALSE(plan.has_value());
  EXPECT_NE(plan.error().message.find("y: its shape depends on elements"), std::string::npos);
}

TEST(Plan, NeedsNoDataWhereItIsKnownBefore) {
  DataDependent net;
  PlanRequest request = request_for(net.builder.graph({net.z}));
  request.known[net.x] = Tensor::from<float>({1}, std::vector<float>{2.0f});
  const Plan plan = plan_of(request).value();
  EXPECT_TRUE(plan.complete);
  EXPECT_EQ(plan.at(net.z).info, floats({4, 3}));
}

// A chain of Relu, each keeping its result.
PlanRequest chain(size_t length, int64_t elements) {
  GraphBuilder builder;
  ValueId last = builder.input("x", floats({elements}));
  std::set<ValueId> keep;
  for (size_t i = 0; i < length; ++i) {
    last = builder.node("r" + std::to_string(i), Operator::kRelu, {last});
    keep.insert(last);
  }
  return request_for(builder.graph({last}), keep);
}

TEST(Plan, StreamsKeptTensorsWhereTheyDoNotFit) {
  PlanRequest request = chain(32, 1024);  // 4 KiB each; the input's slot is used again
  EXPECT_EQ(plan_of(request).value().peak_bytes, 33u * 4096);  // one on its way to the host
  request.budget_bytes = 8 * 4096;                             // a quarter of what is kept
  const Plan plan = plan_of(request).value();
  EXPECT_EQ(plan.at(plan.kept[0]).keep, Keep::kStreamed);
  EXPECT_EQ(plan.kept.size(), 32u);
  EXPECT_EQ(plan.peak_bytes, 3u * 4096);
}

TEST(Plan, SaysWhatItNeedsWhereEvenStreamingIsTooMuch) {
  PlanRequest request = chain(4, 1024);
  request.budget_bytes = 5000;
  const auto plan = plan_of(request);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, ENOMEM);
  for (const char* part : {"needs 12288 bytes", "budget is 5000", "x (float32 1024)"})
    EXPECT_NE(plan.error().message.find(part), std::string::npos) << plan.error().message;
}

TEST(Plan, WhatTheCallerHoldsAndConstantsCount) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({16}));
  const ValueId weights = builder.floats("w", {16}, std::vector<float>(16, 1.0f));
  const ValueId y = builder.node("y", Operator::kAdd, {x, weights});
  PlanRequest request = request_for(builder.graph({y}));
  request.budget_bytes = 264;
  EXPECT_EQ(plan_of(request).value().constant_bytes, 64u);
  EXPECT_EQ(plan_of(request).value().peak_bytes, 256u);
  request.held_bytes = 9;
  EXPECT_EQ(plan_of(request).error().code, ENOMEM);
}

TEST(Plan, ATensorLargerThanABlockLivesOnTheHost) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({64}));
  const ValueId a = builder.node("a", Operator::kConcat, {x, x}, {{"axis", int64_t{0}}});
  const ValueId b = builder.node("b", Operator::kRelu, {a});
  PlanTarget target;
  target.maximum_block_bytes = 256;
  const Plan plan = plan_of(request_for(builder.graph({b})), target).value();
  EXPECT_EQ(plan.at(x).residence, Residence::kInput);
  EXPECT_EQ(plan.at(a).residence, Residence::kHost);
  EXPECT_EQ(plan.steps.at(0).placement, Placement::kHost);
  EXPECT_EQ(plan.steps.at(1).placement, Placement::kHost);
}

TEST(Plan, ValuesOnTheHostCountInTheBudget) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({64}));
  const ValueId a = builder.node("a", Operator::kConcat, {x, x}, {{"axis", int64_t{0}}});
  const ValueId b = builder.node("b", Operator::kRelu, {a});
  const ValueId c = builder.node("c", Operator::kRelu, {b});
  const ValueId d = builder.node("d", Operator::kRelu, {c});
  PlanTarget target;
  target.maximum_block_bytes = 256;
  PlanRequest request = request_for(builder.graph({d}), {a, b, c, d});
  // x in its slot; of 512 bytes each on the host four are pinned, or two alive at once.
  EXPECT_EQ(plan_of(request, target).value().peak_bytes, 256u + 4 * 512);
  request.budget_bytes = 256 + 2 * 512;
  const Plan streamed = plan_of(request, target).value();
  EXPECT_EQ(streamed.at(a).keep, Keep::kStreamed);
  EXPECT_EQ(streamed.host_bytes, 2u * 512);
  EXPECT_TRUE(streamed.boundary.empty());
  --request.budget_bytes;
  EXPECT_EQ(plan_of(request, target).error().code, ENOMEM);
}

TEST(Plan, WhatLaterSegmentsNeedCountsInTheBudget) {
  DataDependent net;
  PlanRequest request = request_for(net.builder.graph({net.z}));
  const Plan first = plan_of(request).value();
  // early, shape, and a copy of one of them on its way.
  EXPECT_EQ(first.host_bytes, 48u + 16 + 48);
  request.budget_bytes = first.peak_bytes - 1;
  EXPECT_EQ(plan_of(request).value().at(net.early).keep, Keep::kStreamed);
}

TEST(Plan, AsksTheDeviceWhatItComputes) {
  PlanRequest request = chain(2, 16);
  PlanTarget target;
  target.runs_on_device = [](const Node& node, auto, auto) { return node.name != "r1"; };
  const Plan plan = plan_of(request, target).value();
  EXPECT_EQ(plan.steps.at(0).placement, Placement::kDevice);
  EXPECT_EQ(plan.steps.at(1).placement, Placement::kHost);
}

TEST(Plan, LeavesOutWhatNobodyWants) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({4}));
  const ValueId a = builder.node("a", Operator::kRelu, {x});
  const ValueId b = builder.node("b", Operator::kNeg, {a});
  const Plan plan = plan_of(request_for(builder.graph({b}), {a})).value();
  EXPECT_EQ(plan.steps.size(), 1u);
  EXPECT_EQ(plan.at(b).residence, Residence::kAbsent);
}

TEST(Plan, AnInputWithoutShapeIsAnError) {
  PlanRequest request = chain(1, 16);
  request.inputs.clear();
  const auto plan = plan_of(request);
  ASSERT_FALSE(plan.has_value());
  EXPECT_NE(plan.error().message.find("operand x"), std::string::npos);
}

TEST(Plan, PassesOnWhatContradictsItself) {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({4}));
  const ValueId y = builder.input("y", floats({3}));
  const ValueId sum = builder.node("sum", Operator::kAdd, {x, y});
  const auto plan = plan_of(request_for(builder.graph({sum})));
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, EINVAL);
  EXPECT_EQ(plan.error().message.find("sum"), 0u);
}

}  // namespace
}  // namespace geoneuron::perception
