// SPDX-License-Identifier: MIT
// Whole plans on the cores against their nodes computed one by one.
#include "engine/cpu/cpu_unit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

using perception::Graph;
using perception::kNoValue;
using perception::ValueId;

// Adds nodes with one result each.
class Network {
 public:
  ValueId input(const std::string& name) {
    perception::Value value;
    value.name = name;
    graph.inputs.push_back(graph.add_value(std::move(value)));
    return graph.inputs.back();
  }
  ValueId constant(Tensor tensor) {
    perception::Value value;
    value.name = "constant" + std::to_string(graph.values.size());
    value.constant = std::move(tensor);
    return graph.add_value(std::move(value));
  }
  ValueId number(float value) { return constant(floats({}, {value})); }
  ValueId add(Operator op, std::vector<ValueId> inputs, const NamedAttributes& attributes = {}) {
    Node node = make_node(op, 0, attributes, 0);
    node.name = "node" + std::to_string(graph.nodes.size());
    perception::Value value;
    value.name = node.name + "_result";
    const ValueId result = graph.add_value(std::move(value));
    node.inputs = std::move(inputs);
    node.outputs = {result};
    graph.nodes.push_back(std::move(node));
    return result;
  }
  ValueId convolution(ValueId input, Shape weights, uint32_t seed, int64_t group = 1) {
    const int64_t pad = weights[2] / 2;
    const Tensor bias = random_floats({weights[0]}, seed + 1);
    return add(Operator::kConv, {input, constant(random_floats(weights, seed)), constant(bias)},
               {{"group", group}, {"pads", std::vector<int64_t>{pad, pad, pad, pad}}});
  }
  // x * min(max(x + 3, 0), 6) / 6
  ValueId hard_swish(ValueId x) {
    const ValueId sum = add(Operator::kAdd, {x, number(3)});
    const ValueId clipped = add(Operator::kClip, {sum, number(0), number(6)});
    return add(Operator::kDiv, {add(Operator::kMul, {x, clipped}), number(6)});
  }

  Graph graph;
};

// A network with every kind of step: convolutions of all sorts, chains, broadcasting, changes of
// layout, renamings, and an activation whose value before is kept.
Network various(ValueId* before) {
  Network n;
  const ValueId x = n.input("x");
  const ValueId a = n.hard_swish(n.convolution(x, {12, 3, 3, 3}, 1));
  const ValueId b = n.hard_swish(n.convolution(a, {12, 1, 3, 3}, 3, 12));
  const ValueId pooled = n.add(Operator::kGlobalAveragePool, {b});
  const ValueId gate = n.add(Operator::kHardSigmoid, {n.convolution(pooled, {12, 12, 1, 1}, 5)});
  const ValueId gated = n.add(Operator::kMul, {b, gate});
  const ValueId fused = n.convolution(gated, {5, 12, 1, 1}, 7);
  *before = n.graph.add_value({"before", {}, {}});
  n.graph.nodes.back().fused = perception::FusedActivation{};
  n.graph.nodes.back().fused->before = *before;
  const ValueId large =
      n.add(Operator::kResize, {fused, kNoValue, n.constant(floats({4}, {1, 1, 2, 2}))});
  const ValueId up = n.add(
      Operator::kConvTranspose,
      {gated, n.constant(random_floats({12, 4, 2, 2}, 9)), n.constant(random_floats({4}, 10))},
      {{"strides", std::vector<int64_t>{2, 2}}});
  const ValueId joined = n.add(Operator::kConcat, {large, up}, {{"axis", int64_t{1}}});
  const ValueId flat = n.add(Operator::kFlatten, {joined}, {{"axis", int64_t{2}}});
  const ValueId soft = n.add(Operator::kSoftmax, {flat});
  const ValueId turned =
      n.add(Operator::kTranspose, {joined}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  n.graph.outputs = {soft, n.add(Operator::kTanh, {turned})};
  return n;
}

Tensor picture() {
  return random_floats({2, 3, 11, 14}, 42);
}

// Every value by single nodes.
std::vector<Tensor> reference(const Graph& graph) {
  std::vector<Tensor> values(graph.values.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (graph.values[i].constant) values[i] = *graph.values[i].constant;
  values[index(graph.inputs[0])] = picture();
  for (const Node& node : graph.nodes) {
    std::vector<Tensor> inputs;
    for (const ValueId id : node.inputs)
      inputs.push_back(id == kNoValue ? Tensor() : values[index(id)]);
    Node alone = node;
    alone.fused.reset();
    Tensor result = run(alone, inputs);
    if (node.fused) {
      values[index(node.fused->before)] = result;
      result = run(make_node(Operator::kRelu, 1), {result});
    }
    values[index(node.outputs[0])] = result;
  }
  return values;
}

using Kept = std::map<ValueId, Tensor>;

struct Outcome {
  Kept kept;
  std::vector<std::string> algorithms;
  uint64_t peak_bytes = 0;
};

Result<perception::Plan> try_plan(const Graph& graph, const std::set<ValueId>& keep,
                                  uint64_t budget) {
  perception::PlanRequest request;
  request.graph = std::make_shared<Graph>(graph);
  request.inputs[graph.inputs[0]] = picture().info();
  request.keep = keep;
  request.budget_bytes = budget;
  const auto unit = CpuUnit::create(1).value();
  return perception::make_plan(request, unit->target(), evaluate_on_cpu);
}

perception::Plan plan_for(const Graph& graph, const std::set<ValueId>& keep, uint64_t budget) {
  return try_plan(graph, keep, budget).value();
}

// By halves, to 4 KiB: the least that still plans.
uint64_t least_budget(const Graph& graph, const std::set<ValueId>& keep) {
  uint64_t budget = plan_for(graph, keep, UINT64_MAX).peak_bytes;
  for (uint64_t step = budget / 2; step >= 4096; step /= 2)
    while (step < budget && try_plan(graph, keep, budget - step).has_value()) budget -= step;
  return budget;
}

Outcome run_plan(const Graph& graph, const std::set<ValueId>& keep, uint32_t threads,
                 uint64_t plan_budget = UINT64_MAX, uint64_t budget = 1 << 30) {
  const auto unit = CpuUnit::create(threads).value();
  auto plan = std::make_shared<perception::Plan>(plan_for(graph, keep, plan_budget));
  MemoryManager memory({{"device", budget}});
  const auto program = unit->prepare(plan, memory).value();
  Outcome result;
  const std::map<ValueId, Tensor> inputs = {{graph.inputs[0], picture()}};
  for (int i = 0; i < 2; ++i) {  // the second run must not see traces of the first
    result = {};
    const auto report = program->compute(inputs, [&](ValueId id, const Tensor& tensor) {
      result.kept[id] = tensor;
      return Result<void>();
    });
    for (const StepReport& step : report.value().steps) result.algorithms.push_back(step.algorithm);
    result.peak_bytes = memory.peak_bytes(kDeviceHeap);
  }
  return result;
}

void expect_close(const Graph& graph, const Kept& kept) {
  const auto expected = reference(graph);
  for (const auto& [id, tensor] : kept) {
    const Tensor& other = expected[index(id)];
    ASSERT_EQ(tensor.info(), other.info()) << graph.at(id).name;
    for (int64_t i = 0; i < tensor.element_count(); ++i)
      ASSERT_NEAR(at(tensor, i), at(other, i), 1e-4 * std::max(1.0, std::abs(at(other, i))))
          << graph.at(id).name << ", element " << i;
  }
}

void expect_same_bits(const Graph& graph, const Kept& kept, const Kept& expected) {
  for (const auto& [id, tensor] : kept) {
    const auto a = tensor.bytes();
    const auto b = expected.at(id).bytes();
    ASSERT_EQ(a.size(), b.size()) << graph.at(id).name;
    EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size()), 0) << graph.at(id).name;
  }
}

// To 1e-4, and NaN in the same places.
void expect_same_values(const Tensor& tensor, const Tensor& expected) {
  ASSERT_EQ(tensor.info(), expected.info());
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    ASSERT_EQ(std::isnan(at(tensor, i)), std::isnan(at(expected, i))) << "element " << i;
    if (std::isnan(at(tensor, i))) continue;
    ASSERT_NEAR(at(tensor, i), at(expected, i), 1e-4) << "element " << i;
  }
}

std::set<ValueId> all_results(const Graph& graph) {
  std::set<ValueId> result;
  for (const Node& node : graph.nodes) result.insert(node.outputs[0]);
  return result;
}

TEST(CpuUnit, OutputsAgreeWithSingleNodes) {
  ValueId before{};
  const Network n = various(&before);
  const Outcome outcome = run_plan(n.graph, {n.graph.outputs.begin(), n.graph.outputs.end()}, 1);
  EXPECT_EQ(outcome.kept.size(), 2u);
  expect_close(n.graph, outcome.kept);
  EXPECT_THAT(outcome.algorithms, testing::Contains("joined loop"));
  EXPECT_THAT(outcome.algorithms, testing::Contains("dnnl"));
}

TEST(CpuUnit, EveryKeptValueAgreesWithSingleNodes) {
  ValueId before{};
  const Network n = various(&before);
  std::set<ValueId> keep = all_results(n.graph);
  keep.insert(before);
  const Outcome outcome = run_plan(n.graph, keep, 2);
  EXPECT_EQ(outcome.kept.size(), keep.size());
  expect_close(n.graph, outcome.kept);
}

TEST(CpuUnit, StreamsWhatDoesNotFitTogether) {
  ValueId before{};
  const Network n = various(&before);
  const std::set<ValueId> keep = all_results(n.graph);
  const uint64_t together = plan_for(n.graph, keep, UINT64_MAX).peak_bytes;
  const uint64_t budget = least_budget(n.graph, keep);
  ASSERT_LT(budget, together / 2);
  const Outcome outcome = run_plan(n.graph, keep, 1, budget, budget);
  EXPECT_LE(outcome.peak_bytes, budget);
  expect_close(n.graph, outcome.kept);
}

// Kernels, and with them the last bits, must not follow from how much memory there is.
TEST(CpuUnit, ResultsAreTheSameBitsAtEveryBudget) {
  ValueId before{};
  const Network n = various(&before);
  const std::set<ValueId> keep = all_results(n.graph);
  const Outcome ample = run_plan(n.graph, keep, 1);
  const uint64_t least = least_budget(n.graph, keep);
  for (const uint64_t budget : {least, least + 5000, least * 2}) {
    const Outcome tight = run_plan(n.graph, keep, 1, budget, budget);
    EXPECT_LE(tight.peak_bytes, budget);
    EXPECT_EQ(tight.algorithms, ample.algorithms);
    expect_same_bits(n.graph, tight.kept, ample.kept);
  }
}

TEST(CpuUnit, RefusesABudgetBelowWhatItNeeds) {
  ValueId before{};
  const Network n = various(&before);
  const std::set<ValueId> keep = all_results(n.graph);
  const auto plan = try_plan(n.graph, keep, least_budget(n.graph, keep) - 8192);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, ENOMEM);
  EXPECT_THAT(plan.error().message, testing::HasSubstr("packed weights and scratch"));
}

TEST(CpuUnit, PredictsWhatItTakes) {
  ValueId before{};
  const Network n = various(&before);
  const perception::Plan plan = plan_for(n.graph, all_results(n.graph), UINT64_MAX);
  EXPECT_GT(plan.program_bytes, 0u);
  EXPECT_EQ(run_plan(n.graph, all_results(n.graph), 1).peak_bytes, plan.peak_bytes);
}

TEST(CpuUnit, RepeatsBitByBitForANumberOfThreads) {
  ValueId before{};
  const Network n = various(&before);
  for (const uint32_t threads : {1u, 2u, 3u}) {
    const Outcome first = run_plan(n.graph, all_results(n.graph), threads);
    const Outcome second = run_plan(n.graph, all_results(n.graph), threads);
    expect_same_bits(n.graph, first.kept, second.kept);
  }
}

TEST(CpuUnit, RepeatsBitByBitWhereThreadsShareSteps) {
  Network n;
  const ValueId large =
      n.add(Operator::kResize, {n.input("x"), kNoValue, n.constant(floats({4}, {1, 1, 8, 8}))});
  const ValueId wide = n.hard_swish(n.convolution(large, {32, 3, 3, 3}, 1));
  n.graph.outputs = {n.convolution(wide, {16, 32, 3, 3}, 3)};
  for (const uint32_t threads : {2u, 3u}) {
    const Outcome all = run_plan(n.graph, all_results(n.graph), threads);
    const Outcome outputs = run_plan(n.graph, {n.graph.outputs[0]}, threads);
    expect_same_bits(n.graph, outputs.kept, all.kept);
    expect_close(n.graph, outputs.kept);
  }
}

TEST(CpuUnit, PoolsAgreeInBothLayouts) {
  const NamedAttributes window = {{"kernel_shape", std::vector<int64_t>{3, 2}},
                                  {"strides", std::vector<int64_t>{2, 3}},
                                  {"pads", std::vector<int64_t>{1, 0, 2, 1}},
                                  {"ceil_mode", int64_t{1}}};
  NamedAttributes counted = window;
  counted.emplace_back("count_include_pad", int64_t{1});
  NamedAttributes dilated = window;
  dilated.emplace_back("dilations", std::vector<int64_t>{2, 3});
  Network n;
  const ValueId x = n.input("x");
  const ValueId a = n.convolution(x, {6, 3, 3, 3}, 1);  // its result has channels innermost
  const ValueId turned = n.add(Operator::kLog, {a});    // NaN here and there
  n.graph.outputs = {n.add(Operator::kMaxPool, {turned}, dilated),
                     n.add(Operator::kAveragePool, {turned}, window),
                     n.add(Operator::kAveragePool, {a}, counted),
                     n.convolution(n.add(Operator::kMaxPool, {a}, window), {4, 6, 1, 1}, 3)};
  const std::set<ValueId> keep(n.graph.outputs.begin(), n.graph.outputs.end());
  const Outcome outcome = run_plan(n.graph, keep, 1);
  const auto expected = reference(n.graph);  // by single nodes, which are row-major
  for (size_t i = 0; i < n.graph.outputs.size(); ++i)
    expect_same_values(outcome.kept.at(n.graph.outputs[i]), expected[index(n.graph.outputs[i])]);
}

TEST(CpuUnit, JoinedStepsChangeNoBit) {
  ValueId before{};
  const Network n = various(&before);
  const Outcome all = run_plan(n.graph, all_results(n.graph), 1);
  const Outcome outputs = run_plan(n.graph, {n.graph.outputs.begin(), n.graph.outputs.end()}, 1);
  expect_same_bits(n.graph, outputs.kept, all.kept);
}

TEST(CpuUnit, SaysThatOneDnnMultipliesMatrices) {
  Network n;
  const ValueId x = n.input("x");
  const ValueId weights = n.constant(random_floats({picture().shape()[3], 2}, 1));
  n.graph.outputs = {n.add(Operator::kMatMul, {x, weights})};
  EXPECT_THAT(run_plan(n.graph, {n.graph.outputs[0]}, 1).algorithms, testing::ElementsAre("dnnl"));
}

TEST(CpuUnit, RefusesWrongAndMissingInputs) {
  Network n;
  n.graph.outputs = {n.add(Operator::kRelu, {n.input("x")})};
  auto plan =
      std::make_shared<perception::Plan>(plan_for(n.graph, {n.graph.outputs[0]}, UINT64_MAX));
  MemoryManager memory({{"device", 1 << 30}});
  const auto unit = CpuUnit::create(0).value();
  const auto program = unit->prepare(plan, memory).value();
  const auto ignore = [](ValueId, const Tensor&) { return Result<void>(); };
  EXPECT_THAT(program->compute({}, ignore).error().message, testing::HasSubstr("x is missing"));
  EXPECT_THAT(program->compute({{n.graph.inputs[0], floats({1}, {1})}}, ignore).error().message,
              testing::HasSubstr("input x is float32 1"));
}

TEST(CpuUnit, GivesItsMemoryBack) {
  Network n;
  n.graph.outputs = {n.convolution(n.input("x"), {8, 3, 3, 3}, 1)};
  auto plan =
      std::make_shared<perception::Plan>(plan_for(n.graph, {n.graph.outputs[0]}, UINT64_MAX));
  MemoryManager memory({{"device", 1 << 30}});
  {
    const auto unit = CpuUnit::create(1).value();
    const auto program = unit->prepare(plan, memory).value();
    EXPECT_EQ(memory.used_bytes(kDeviceHeap), plan->peak_bytes - plan->host_bytes);
  }
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 0u);
}

TEST(CpuUnit, RefusesAnAbsurdNumberOfThreads) {
  EXPECT_FALSE(CpuUnit::create(CpuUnit::kMaximumThreads + 1).has_value());
}

}  // namespace
}  // namespace geoneuron::engine::test
