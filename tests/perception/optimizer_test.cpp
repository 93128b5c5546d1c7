// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "engine/cpu/evaluate.hpp"
#include "fakes/graph_builder.hpp"
#include "fakes/interpreter.hpp"
#include "perception/algorithmic_optimizer.hpp"

namespace geoneuron::perception {
namespace {

constexpr auto kEvaluate = engine::evaluate_on_cpu;

// A graph under construction, with random weights, and its optimised form.
class Optimizer : public testing::Test {
 protected:
  Tensor random(const Shape& shape, float low = -1.0f, float high = 1.0f) {
    std::uniform_real_distribution<float> draw(low, high);
    std::vector<float> values(static_cast<size_t>(shape.element_count()));
    for (float& value : values) value = draw(random_);
    return Tensor::from<float>(shape, values);
  }
  ValueId weights(const std::string& name, const Shape& shape, float low = -1.0f,
                  float high = 1.0f) {
    return builder_.constant(name, random(shape, low, high));
  }
  ValueId input(const Shape& shape) {
    x_ = builder_.input("x", {DataType::kFloat32, shape});
    return x_;
  }
  ValueId conv(const std::string& name, ValueId x, int64_t outputs, int64_t inputs,
               int64_t kernel = 3, bool bias = true) {
    std::vector<ValueId> operands = {x, weights(name + ".w", {outputs, inputs, kernel, kernel})};
    if (bias) operands.push_back(weights(name + ".b", {outputs}));
    return builder_.node(name, Operator::kConv, operands,
                         {{"pads", std::vector<int64_t>(4, kernel / 2)}});
  }
  ValueId batch_norm(const std::string& name, ValueId x, int64_t channels) {
    return builder_.node(
        name, Operator::kBatchNormalization,
        {x, weights(name + ".s", {channels}), weights(name + ".b", {channels}),
         weights(name + ".m", {channels}), weights(name + ".v", {channels}, 0.5f, 2.0f)});
  }
  // Optimises for `keep` and checks that every kept value is what it was.
  OptimizedGraph optimize(std::vector<ValueId> keep, OptimizerOptions options = {}) {
    const Graph graph = builder_.graph({keep.back()});
    options.keep = {keep.begin(), keep.end()};
    std::map<ValueId, Tensor> inputs;
    for (const ValueId id : graph.inputs) {
      std::vector<int64_t> extents;
      for (const Dimension& dimension : *graph.at(id).declared.dimensions)
        extents.push_back(dimension.extent.value());
      inputs[id] = random(Shape(extents));
      options.inputs[id] = inputs[id].info();
    }
    OptimizedGraph optimized = AlgorithmicOptimizer(kEvaluate).optimize(graph, options).value();
    const auto before = interpret(graph, inputs, kEvaluate);
    const auto after = interpret(optimized.graph, inputs, kEvaluate);
    EXPECT_TRUE(before.has_value() && after.has_value());
    if (before.has_value() && after.has_value())
      for (const ValueId id : keep) expect_close((*before)[index(id)], (*after)[index(id)]);
    return optimized;
  }
  static void expect_close(const Tensor& a, const Tensor& b) {
    ASSERT_EQ(a.info().to_string(), b.info().to_string());
    for (size_t i = 0; i < a.values<float>().size(); ++i) {
      const float expected = a.values<float>()[i], actual = b.values<float>()[i];
      ASSERT_LE(std::abs(expected - actual), 1e-5f + 1e-4f * std::abs(expected)) << "at " << i;
    }
  }
  static size_t count(const OptimizedGraph& optimized, const std::string& pass) {
    size_t number = 0;
    for (const OptimizationMetadata& entry : optimized.metadata) number += entry.pass == pass;
    return number;
  }

  std::mt19937 random_{5};
  GraphBuilder builder_;
  ValueId x_{};
};

TEST_F(Optimizer, FoldsBatchNormAndActivationIntoAConvolution) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3);
  const ValueId normal = batch_norm("bn", made, 4);
  const ValueId relu = builder_.node("relu", Operator::kRelu, {normal});
  const OptimizedGraph optimized = optimize({relu});
  ASSERT_EQ(optimized.graph.nodes.size(), 1u);
  EXPECT_EQ(optimized.graph.nodes[0].fused->op, Operator::kRelu);
  EXPECT_EQ(optimized.metadata.at(0).description, "bn (BatchNormalization) folded into conv");
  EXPECT_LT(optimized.metadata.at(0).predicted_operations, 0);
  EXPECT_EQ(optimized.metadata.at(0).predicted_bytes, -2 * 4 * 8 * 8 * 4);
}

TEST_F(Optimizer, FoldsIntoGroupedConvolutionsWithoutBias) {
  const ValueId x = input({1, 4, 6, 6});
  const ValueId made = builder_.node("conv", Operator::kConv, {x, weights("w", {6, 2, 3, 3})},
                                     {{"group", int64_t{2}}});
  EXPECT_EQ(optimize({batch_norm("bn", made, 6)}).graph.nodes.size(), 1u);
}

TEST_F(Optimizer, FoldsIntoTransposedConvolutionsOfGroups) {
  const ValueId x = input({1, 4, 5, 5});
  const ValueId made =
      builder_.node("up", Operator::kConvTranspose, {x, weights("w", {4, 3, 2, 2})},
                    {{"group", int64_t{2}}, {"strides", std::vector<int64_t>{2, 2}}});
  EXPECT_EQ(optimize({batch_norm("bn", made, 6)}).graph.nodes.size(), 1u);
}

TEST_F(Optimizer, FoldsIntoGemmOfEitherLayout) {
  const ValueId x = input({2, 5});
  const ValueId a =
      builder_.node("a", Operator::kGemm, {x, weights("wa", {5, 3}), weights("ba", {1, 3})},
                    {{"alpha", 0.5f}, {"beta", 2.0f}});
  const ValueId b =
      builder_.node("b", Operator::kGemm, {batch_norm("bn1", a, 3), weights("wb", {4, 3})},
                    {{"transB", int64_t{1}}});
  EXPECT_EQ(optimize({batch_norm("bn2", b, 4)}).graph.nodes.size(), 2u);
}

TEST_F(Optimizer, FoldsArithmeticWithConstantsPerChannel) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3, 3, false);
  const ValueId scaled = builder_.node("mul", Operator::kMul, {made, weights("s", {1, 4, 1, 1})});
  const ValueId shifted = builder_.node("add", Operator::kAdd, {weights("t", {4, 1, 1}), scaled});
  const ValueId halved =
      builder_.node("div", Operator::kDiv, {shifted, builder_.floats("two", {1}, {2.0f})});
  const ValueId reversed =
      builder_.node("sub", Operator::kSub, {builder_.floats("one", {}, {1.0f}), halved});
  EXPECT_EQ(optimize({reversed}).graph.nodes.size(), 1u);
}

TEST_F(Optimizer, LeavesArithmeticThatIsNotPerChannel) {
  const ValueId made = conv("conv", input({1, 3, 4, 4}), 4, 3, 3, false);
  const ValueId along_width = builder_.node("add", Operator::kAdd, {made, weights("t", {4})});
  EXPECT_EQ(optimize({along_width}).graph.nodes.size(), 2u);
}

TEST_F(Optimizer, LeavesADivisionByZero) {
  const ValueId made = conv("conv", input({1, 3, 4, 4}), 4, 3);
  builder_.node("div", Operator::kDiv, {made, builder_.floats("zero", {1}, {0.0f})});
  const ValueId result = builder_.graph().nodes.back().outputs[0];
  OptimizerOptions options;
  options.keep = {result};
  const OptimizedGraph optimized =
      AlgorithmicOptimizer(kEvaluate).optimize(builder_.graph({result}), options).value();
  EXPECT_EQ(count(optimized, "batch-norm folding"), 0u);
}

TEST_F(Optimizer, NeverFoldsAwayWhatIsKept) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3);
  const ValueId normal = batch_norm("bn", made, 4);
  const ValueId relu = builder_.node("relu", Operator::kRelu, {normal});
  const OptimizedGraph optimized = optimize({made, normal, relu});
  EXPECT_EQ(count(optimized, "batch-norm folding"), 0u);
  ASSERT_EQ(optimized.graph.nodes.size(), 2u);
  EXPECT_EQ(optimized.graph.nodes[1].fused->before, normal);
}

TEST_F(Optimizer, LeavesAConvolutionThatOthersReadToo) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3);
  const ValueId normal = batch_norm("bn", made, 4);
  const ValueId sum = builder_.node("sum", Operator::kAdd, {made, normal});
  EXPECT_EQ(optimize({sum}).graph.nodes.size(), 3u);
}

TEST_F(Optimizer, FusesEveryActivationIntoEveryProducer) {
  const ValueId low = builder_.floats("low", {}, {-0.25f}),
                high = builder_.floats("high", {}, {0.5f});
  ValueId last = input({1, 3, 8, 8});
  std::vector<ValueId> keep;
  int number = 0;
  for (const Operator op : {Operator::kRelu, Operator::kLeakyRelu, Operator::kClip,
                            Operator::kSigmoid, Operator::kHardSigmoid, Operator::kTanh}) {
    const std::string suffix = std::to_string(number++);
    const ValueId made = conv("conv" + suffix, last, 3, 3);
    std::vector<ValueId> operands = {made};
    if (op == Operator::kClip) operands = {made, low, high};
    const ValueId active = builder_.node("act" + suffix, op, operands);
    keep.push_back(active);
    const ValueId sum = builder_.node("sum" + suffix, Operator::kAdd, {active, active});
    operands[0] = sum;
    last = builder_.node("acts" + suffix, op, operands);
    keep.push_back(last);
  }
  const OptimizedGraph optimized = optimize(keep);
  EXPECT_EQ(optimized.graph.nodes.size(), 12u);
  EXPECT_EQ(count(optimized, "activation fusion"), 12u);
}

TEST_F(Optimizer, FusesByTheTypeOfWeightsWhereShapesAreNotKnown) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3);
  const ValueId relu = builder_.node("relu", Operator::kRelu, {made});
  const OptimizedGraph optimized =
      AlgorithmicOptimizer(kEvaluate).optimize(builder_.graph({relu}), {}).value();
  EXPECT_EQ(optimized.graph.nodes.size(), 1u);
}

TEST_F(Optimizer, FusesNoActivationOfIntegers) {
  const ValueId x = builder_.input("x", {DataType::kInt32, {4}});
  const ValueId sum = builder_.node("sum", Operator::kAdd, {x, x});
  const ValueId relu = builder_.node("relu", Operator::kRelu, {sum});
  OptimizerOptions options;
  options.inputs[x] = {DataType::kInt32, {4}};
  const OptimizedGraph optimized =
      AlgorithmicOptimizer(kEvaluate).optimize(builder_.graph({relu}), options).value();
  EXPECT_EQ(optimized.graph.nodes.size(), 2u);
}

TEST_F(Optimizer, AFusedClipWithoutABoundLetsInfinityPass) {
  const ValueId low = builder_.floats("low", {}, {-0.25f});
  const ValueId made = conv("conv", input({1, 3, 4, 4}), 3, 3);
  const ValueId clip = builder_.node("clip", Operator::kClip, {made, low});
  const OptimizedGraph optimized = optimize({clip});
  ASSERT_EQ(optimized.graph.nodes.size(), 1u);
  EXPECT_EQ(optimized.graph.nodes[0].fused->minimum, -0.25f);
  EXPECT_EQ(optimized.graph.nodes[0].fused->maximum, std::numeric_limits<float>::infinity());
}

TEST_F(Optimizer, FusesNoClipWhoseBoundsAreComputed) {
  const ValueId made = conv("conv", input({1, 3, 4, 4}), 3, 3);
  const ValueId bound = builder_.input("bound", {DataType::kFloat32, {}});
  const ValueId clip = builder_.node("clip", Operator::kClip, {made, bound});
  EXPECT_EQ(optimize({clip}).graph.nodes.size(), 2u);
}

TEST_F(Optimizer, ComputesConstantsAhead) {
  const ValueId a = weights("a", {4}), b = weights("b", {4});
  const ValueId sum = builder_.node("sum", Operator::kAdd, {a, b});
  const ValueId twice = builder_.node("twice", Operator::kMul, {sum, sum});
  const ValueId y = builder_.node("y", Operator::kAdd, {input({2, 4}), twice});
  const OptimizedGraph optimized = optimize({twice, y});
  EXPECT_EQ(optimized.graph.nodes.size(), 1u);
  EXPECT_TRUE(optimized.graph.at(twice).constant.has_value());
  EXPECT_EQ(count(optimized, "constant folding"), 2u);
}

TEST_F(Optimizer, DoesNotMakeHugeConstants) {
  const ValueId a = weights("a", {64, 1}), b = weights("b", {1, 64});
  const ValueId outer = builder_.node("outer", Operator::kMul, {a, b});
  const ValueId y = builder_.node("y", Operator::kAdd, {input({64, 64}), outer});
  OptimizerOptions options;
  options.maximum_constant_bytes = 1000;
  EXPECT_EQ(optimize({y}, options).graph.nodes.size(), 2u);
}

TEST_F(Optimizer, LeavesANodeThatCannotBeComputedToThePlanner) {
  const ValueId sum = builder_.node("sum", Operator::kAdd, {weights("a", {4}), weights("b", {3})});
  const ValueId y = builder_.node("y", Operator::kAdd, {input({4}), sum});
  const OptimizedGraph optimized =
      AlgorithmicOptimizer(kEvaluate).optimize(builder_.graph({y}), {}).value();
  EXPECT_EQ(optimized.graph.nodes.size(), 2u);
}

TEST_F(Optimizer, RemovesWhatChangesNothing) {
  const ValueId x = input({2, 3});
  const ValueId relu = builder_.node("relu", Operator::kRelu, {x});
  const ValueId same = builder_.node("same", Operator::kIdentity, {relu});
  const ValueId cast = builder_.node("cast", Operator::kCast, {same},
                                     {{"to", static_cast<int64_t>(DataType::kFloat32)}});
  const ValueId turned =
      builder_.node("turned", Operator::kTranspose, {cast}, {{"perm", std::vector<int64_t>{0, 1}}});
  const ValueId joined =
      builder_.node("joined", Operator::kConcat, {turned}, {{"axis", int64_t{0}}});
  const ValueId padded =
      builder_.node("padded", Operator::kPad, {joined, builder_.integers("p", {0, 0, 0, 0})});
  const ValueId neg = builder_.node("neg", Operator::kNeg, {padded});
  const OptimizedGraph optimized = optimize({neg});
  EXPECT_EQ(optimized.graph.nodes.size(), 2u);
  EXPECT_EQ(count(optimized, "identity removal"), 5u);
}

TEST_F(Optimizer, AKeptIdentityTakesTheNameOfWhatItCopies) {
  const ValueId relu = builder_.node("relu", Operator::kRelu, {input({2, 3})});
  const ValueId early = builder_.node("early", Operator::kNeg, {relu});
  const ValueId same = builder_.node("same", Operator::kIdentity, {relu});
  const ValueId late = builder_.node("late", Operator::kNeg, {relu});
  EXPECT_EQ(optimize({early, same, late}).graph.nodes.size(), 3u);
}

TEST_F(Optimizer, AnIdentityOfAnInputOrBetweenKeptTensorsStays) {
  const ValueId x = input({2, 3});
  const ValueId copy = builder_.node("copy", Operator::kIdentity, {x});
  const ValueId relu = builder_.node("relu", Operator::kRelu, {copy});
  const ValueId same = builder_.node("same", Operator::kIdentity, {relu});
  EXPECT_EQ(optimize({copy, relu, same}).graph.nodes.size(), 3u);
}

TEST_F(Optimizer, RemovesWhatNobodyWants) {
  const ValueId relu = builder_.node("relu", Operator::kRelu, {input({2, 3})});
  builder_.node("unused", Operator::kNeg, {relu});
  const OptimizedGraph optimized = optimize({relu});
  EXPECT_EQ(optimized.graph.nodes.size(), 1u);
  EXPECT_EQ(count(optimized, "dead-node removal"), 1u);
}

TEST_F(Optimizer, DoesNothingWhenDisabledOrOfNoPasses) {
  const ValueId made = conv("conv", input({1, 3, 8, 8}), 4, 3);
  const ValueId relu = builder_.node("relu", Operator::kRelu, {made});
  OptimizerOptions options;
  options.enabled = false;
  EXPECT_EQ(optimize({relu}, options).graph.nodes.size(), 2u);
  options.enabled = true;
  options.pass_count = 0;
  EXPECT_TRUE(optimize({relu}, options).metadata.empty());
  EXPECT_EQ(pass_names().size(), 5u);
}

}  // namespace
}  // namespace geoneuron::perception
