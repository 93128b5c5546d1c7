// SPDX-License-Identifier: MIT
#include "engine/neural_perception_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fakes/fake_unit.hpp"
#include "fakes/graph_builder.hpp"
#include "fakes/hand_evaluator.hpp"

namespace geoneuron::engine {
namespace {

using perception::DataType;
using perception::Dimension;
using perception::GraphBuilder;
using perception::Operator;
using perception::Tensor;
using perception::TensorInfo;
using perception::ValueId;

Tensor ramp(perception::Shape shape) {
  std::vector<float> values(static_cast<size_t>(shape.element_count()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 3.0f;
  return Tensor::from<float>(std::move(shape), values);
}

TensorInfo floats(perception::Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}

// x -> neg -> relu -> sum = relu + neg -> out = sum * sum
std::shared_ptr<const perception::Model> small_model() {
  GraphBuilder builder;
  const ValueId x = builder.input("x", floats({2, 4}));
  builder.graph().at(x).declared.dimensions->at(0) = Dimension{std::nullopt, "N"};
  const ValueId neg = builder.node("neg", Operator::kNeg, {x});
  const ValueId relu = builder.node("relu", Operator::kRelu, {neg});
  const ValueId sum = builder.node("sum", Operator::kAdd, {relu, neg});
  const ValueId out = builder.node("out", Operator::kMul, {sum, sum});
  perception::Model model;
  model.graph = builder.graph({out});
  model.digest = "small";
  return std::make_shared<const perception::Model>(std::move(model));
}

class NeuralPerception : public testing::Test {
 protected:
  void create(KernelOptions options = {}) {
    kernel_ = NeuralPerceptionKernel::create(
                  std::make_unique<FakeUnit>(perception::evaluate_by_hand, control_), options,
                  &profiler_, perception::evaluate_by_hand)
                  .value();
  }
  Result<PerceptionReport> run(PerceptionRequest request) {
    kept_.clear();
    return kernel_->process_data(request, [this](const std::string& name, const Tensor& tensor) {
      EXPECT_FALSE(kept_.contains(name)) << name << " was handed out twice";
      kept_[name] = tensor;
      return Result<void>();
    });
  }
  PerceptionRequest request(int64_t rows = 2, std::set<std::string> keep = {"out"}) {
    return {model_, {{"x", ramp({rows, 4})}}, std::move(keep), true};
  }
  std::string sentence(const PerceptionRequest& wanted) {
    const auto report = run(wanted);
    return report.has_value() ? "no error" : report.error().message;
  }

  FakeUnitControl control_;
  Profiler profiler_;
  std::shared_ptr<const perception::Model> model_ = small_model();
  std::unique_ptr<NeuralPerceptionKernel> kernel_;
  std::map<std::string, Tensor> kept_;
};

TEST_F(NeuralPerception, HandsOutEveryKeptTensor) {
  create();
  const PerceptionReport report = run(request(2, {"x", "neg", "relu", "sum", "out"})).value();
  ASSERT_EQ(kept_.size(), 5u);
  const Tensor x = ramp({2, 4});
  for (size_t i = 0; i < 8; ++i) {
    const float value = x.values<float>()[i];
    EXPECT_EQ(kept_["x"].values<float>()[i], value);
    EXPECT_EQ(kept_["neg"].values<float>()[i], -value);
    EXPECT_EQ(kept_["relu"].values<float>()[i], std::max(-value, 0.0f));
    const float sum = std::max(-value, 0.0f) - value;
    EXPECT_EQ(kept_["sum"].values<float>()[i], sum);
    EXPECT_EQ(kept_["out"].values<float>()[i], sum * sum);
  }
  EXPECT_EQ(report.nodes.size(), 4u);
  EXPECT_EQ(report.nodes[0].where, "fake:0");
}

TEST_F(NeuralPerception, GivesTheSameWithAndWithoutTheOptimiser) {
  create();
  ASSERT_TRUE(run(request()).has_value());
  const Tensor optimised = kept_["out"];
  KernelOptions options;
  options.optimize = false;
  create(options);
  EXPECT_TRUE(run(request()).value().passes.empty());
  for (size_t i = 0; i < 8; ++i)
    EXPECT_EQ(kept_["out"].values<float>()[i], optimised.values<float>()[i]);
}

TEST_F(NeuralPerception, LooksUpBeforeItComputes) {
  create();
  EXPECT_FALSE(run(request()).value().from_cache);
  EXPECT_TRUE(run(request()).value().from_cache);
  EXPECT_EQ(kept_["out"].shape(), perception::Shape({2, 4}));
  EXPECT_EQ(control_.computed, 1u);
  PerceptionRequest uncached = request();
  uncached.use_cache = false;
  EXPECT_FALSE(run(uncached).value().from_cache);
  EXPECT_FALSE(run(request(2, {"sum"})).value().from_cache);
  EXPECT_EQ(control_.computed, 3u);
  EXPECT_EQ(profiler_.counters().at("cache hits"), 1.0);
}

TEST_F(NeuralPerception, RemembersNothingOfAModelWithoutDigest) {
  create();
  auto anonymous = std::make_shared<perception::Model>(*model_);
  anonymous->digest.clear();
  model_ = anonymous;
  EXPECT_FALSE(run(request()).value().from_cache);
  EXPECT_FALSE(run(request()).value().from_cache);
}

TEST_F(NeuralPerception, KeepsPreparedPlansOfSeveralShapes) {
  KernelOptions options;
  options.cache = false;
  create(options);
  for (int round = 0; round < 2; ++round)
    for (const int64_t rows : {1, 2, 5}) {
      const PerceptionReport report = run(request(rows)).value();
      EXPECT_LE(report.peak_bytes, report.predicted_peak_bytes);
      EXPECT_EQ(kept_["out"].shape(), perception::Shape({rows, 4}));
    }
  EXPECT_EQ(control_.prepared, 3u);
  EXPECT_EQ(control_.computed, 6u);
}

TEST_F(NeuralPerception, GivesUpThePlanUnusedForLongest) {
  KernelOptions options;
  options.cache = false;
  options.maximum_plans = 2;
  create(options);
  for (const int64_t rows : {1, 2, 1, 3, 1, 2}) ASSERT_TRUE(run(request(rows)).has_value());
  EXPECT_EQ(control_.prepared, 4u);
}

TEST_F(NeuralPerception, GivesUpOtherPlansWhereMemoryLacks) {
  KernelOptions options;
  options.cache = false;
  options.memory_budget_bytes = 5u << 12;
  create(options);
  for (const int64_t rows : {256, 255, 256}) {  // 4 KiB a tensor, five at once
    const PerceptionReport report = run(request(rows)).value();
    EXPECT_LE(report.peak_bytes, options.memory_budget_bytes);
  }
  EXPECT_EQ(control_.prepared, 3u);
}

// A chain whose tensors are all kept and total four times the budget.
TEST_F(NeuralPerception, KeepsFourTimesTheBudgetWithinTheBudget) {
  GraphBuilder builder;
  ValueId last = builder.input("x", floats({256, 4}));
  std::set<std::string> keep = {"x"};
  for (int i = 0; i < 63; ++i) {
    const std::string name = "n" + std::to_string(i);
    last = builder.node(name, Operator::kNeg, {last});
    keep.insert(name);
  }
  auto model = std::make_shared<perception::Model>();
  model->graph = builder.graph({last});
  model_ = model;
  KernelOptions options;
  options.memory_budget_bytes = 64 * 4096 / 4;
  create(options);
  const PerceptionReport report = run(request(256, keep)).value();
  EXPECT_EQ(kept_.size(), 64u);
  EXPECT_LE(report.peak_bytes, options.memory_budget_bytes);
  EXPECT_EQ(report.peak_bytes, report.predicted_peak_bytes);
  EXPECT_EQ(kept_["n0"].values<float>()[0], 3.0f);
  EXPECT_EQ(kept_["n61"].values<float>()[0], -3.0f);
}

TEST_F(NeuralPerception, CountsInputsAndCopiesInTheBudget) {
  KernelOptions options;
  options.cache = false;
  create(options);
  const PerceptionReport report = run(request(256)).value();
  EXPECT_EQ(report.peak_bytes, report.predicted_peak_bytes);
  // Beside the arena: the private copy of the input, and that of the output being handed out.
  options.memory_budget_bytes = report.peak_bytes;
  create(options);
  EXPECT_TRUE(run(request(256)).has_value());
  options.memory_budget_bytes = report.peak_bytes - 1;
  create(options);
  EXPECT_EQ(run(request(256)).error().code, ENOMEM);
  EXPECT_GE(report.peak_bytes, 4u * 4096);
}

TEST_F(NeuralPerception, RefusesWhatDoesNotFit) {
  KernelOptions options;
  options.memory_budget_bytes = 8192;
  create(options);
  const auto report = run(request(256));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ENOMEM);
  EXPECT_NE(report.error().message.find("the budget is 8192"), std::string::npos);
}

// What a request says holds for its own run, and for no plan, graph or answer of another.
TEST_F(NeuralPerception, RunsEachRequestWithItsOwnPassesBudgetAndProfiler) {
  create();
  // What the kept tensor does not need is removed.
  EXPECT_FALSE(run(request(256, {"relu"})).value().passes.empty());
  PerceptionRequest plain = request(256, {"relu"});
  plain.pass_count = 0;
  const PerceptionReport unoptimised = run(plain).value();
  EXPECT_FALSE(unoptimised.from_cache);
  EXPECT_TRUE(unoptimised.passes.empty());
  PerceptionRequest small = request(256, {"relu"});
  small.use_cache = false;
  small.budget_bytes = 8192;
  EXPECT_NE(sentence(small).find("the budget is 8192"), std::string::npos) << sentence(small);
  Profiler other;
  PerceptionRequest profiled = request(256, {"relu"});
  profiled.use_cache = false;
  profiled.profiler = &other;
  const std::string own = profiler_.to_json();
  ASSERT_TRUE(run(profiled).has_value());
  EXPECT_EQ(profiler_.to_json(), own);
  EXPECT_NE(other.to_json().find("\"relu\""), std::string::npos);
}

TEST_F(NeuralPerception, StreamsWhereOnlyThisRequestsBudgetIsTight) {
  create();
  PerceptionRequest wanted = request(256, {"x", "neg", "relu", "sum", "out"});
  wanted.use_cache = false;
  const uint64_t pinned = run(wanted).value().peak_bytes;
  wanted.budget_bytes = pinned - 1;
  const PerceptionReport tight = run(wanted).value();
  EXPECT_LT(tight.peak_bytes, pinned);
  EXPECT_EQ(tight.peak_bytes, tight.predicted_peak_bytes);
  EXPECT_EQ(kept_.size(), 5u);
}

TEST_F(NeuralPerception, NamesTheNearestForAnUnknownTensor) {
  create();
  EXPECT_NE(sentence(request(2, {"rleu"})).find("relu"), std::string::npos);
  EXPECT_NE(sentence(request(2, {})).find("nothing to keep"), std::string::npos);
}

TEST_F(NeuralPerception, SaysWhichInputIsWrongAndWhatWouldBeRight) {
  create();
  PerceptionRequest wrong = request();
  wrong.inputs = {};
  EXPECT_EQ(sentence(wrong), "input x: is missing; the model wants float32 Nx4");
  wrong.inputs = {{"x", ramp({2, 4})}, {"y", ramp({1})}};
  EXPECT_NE(sentence(wrong).find("input y: the model has no such input"), std::string::npos);
  wrong.inputs = {{"x", ramp({2, 5})}};
  EXPECT_EQ(sentence(wrong), "input x: is float32 2x5; the model wants float32 Nx4");
  wrong.inputs = {{"x", ramp({8})}};
  EXPECT_EQ(sentence(wrong), "input x: is float32 8; the model wants float32 Nx4");
  wrong.inputs = {{"x", Tensor::from_int64s({1})}};
  EXPECT_EQ(sentence(wrong), "input x: is int64 1; the model wants float32 Nx4");
  wrong.model = nullptr;
  EXPECT_NE(sentence(wrong).find("no model"), std::string::npos);
}

TEST_F(NeuralPerception, ExtentsOfOneNameMustAgree) {
  GraphBuilder builder;
  const ValueId a = builder.input("a", floats({1})), b = builder.input("b", floats({1}));
  for (const ValueId id : {a, b})
    builder.graph().at(id).declared.dimensions->at(0) = Dimension{std::nullopt, "N"};
  const ValueId sum = builder.node("sum", Operator::kAdd, {a, b});
  auto model = std::make_shared<perception::Model>();
  model->graph = builder.graph({sum});
  create();
  EXPECT_EQ(sentence({model, {{"a", ramp({2})}, {"b", ramp({3})}}, {"sum"}, true}),
            "input b: is float32 3; the model wants float32 N; so far N = 2");
}

TEST_F(NeuralPerception, RunsInSegmentsWhereAShapeDependsOnData) {
  GraphBuilder builder;
  const ValueId data = builder.input("data", floats({6}));
  // Too large to be taken for a shape before it runs.
  const ValueId big = builder.input("big", {DataType::kInt64, {2048}});
  const ValueId early = builder.node("early", Operator::kNeg, {data});
  const ValueId first =
      builder.node("first", Operator::kGather, {big, builder.integers("zero", {0})});
  const ValueId shape = builder.node(
      "shape", Operator::kConcat, {first, builder.integers("rest", {-1})}, {{"axis", int64_t{0}}});
  const ValueId y = builder.node("y", Operator::kReshape, {early, shape});
  const ValueId z = builder.node("z", Operator::kNeg, {y});
  const ValueId size = builder.node("size", Operator::kShape, {data});
  auto model = std::make_shared<perception::Model>();
  model->graph = builder.graph({z, size});
  std::rotate(model->graph.nodes.begin(), model->graph.nodes.end() - 1, model->graph.nodes.end());
  create();
  for (const int64_t rows : {2, 3, 2}) {
    std::vector<int64_t> numbers(2048, 7);
    numbers[0] = rows;
    const PerceptionRequest wanted{model,
                                   {{"data", ramp({6})}, {"big", Tensor::from_int64s(numbers)}},
                                   {"early", "shape", "size", "z"},
                                   true};
    const PerceptionReport report = run(wanted).value();
    EXPECT_EQ(kept_["z"].shape(), perception::Shape({rows, 6 / rows}));
    EXPECT_EQ(kept_["z"].values<float>()[5], 2.0f);
    EXPECT_EQ(kept_["shape"].to_int64s().value(), (std::vector<int64_t>{rows, -1}));
    EXPECT_EQ(kept_.size(), 4u);
    // "size" is known ahead, and belongs to the first segment only.
    EXPECT_EQ(report.nodes.size(), 6u);
    EXPECT_LE(report.peak_bytes, report.predicted_peak_bytes);
  }
  EXPECT_EQ(control_.prepared, 3u);  // the first segment once, the second for each shape
}

TEST_F(NeuralPerception, ASinksErrorEndsTheRun) {
  create();
  const auto report =
      kernel_->process_data(request(), [](const std::string&, const Tensor&) -> Result<void> {
        return make_error(ENOSPC, "disk full");
      });
  EXPECT_EQ(report.error().code, ENOSPC);
  EXPECT_FALSE(run(request()).value().from_cache);
}

TEST(NeuralPerceptionKernel, NeedsAUnitAndABudget) {
  FakeUnitControl control;
  EXPECT_FALSE(NeuralPerceptionKernel::create(nullptr, {}, nullptr).has_value());
  KernelOptions options;
  options.memory_budget_bytes = 0;
  EXPECT_FALSE(
      NeuralPerceptionKernel::create(
          std::make_unique<FakeUnit>(perception::evaluate_by_hand, control), options, nullptr)
          .has_value());
}

}  // namespace
}  // namespace geoneuron::engine
