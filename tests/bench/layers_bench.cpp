// SPDX-License-Identifier: MIT
// Layers: the engines against plain threaded loops. The engine's times include all that a caller
// pays: the private copy of the inputs, transfer to and from the device, the copy of the output.
#include <algorithm>
#include <cmath>

#include "bench/networks.hpp"
#include "bench/pair.hpp"
#include "bench/plain_layers.hpp"
#include "engine/devices.hpp"
#include "fakes/graph_builder.hpp"

namespace geoneuron::bench {
namespace {

using perception::DataType;
using perception::GraphBuilder;
using perception::Operator;
using perception::Shape;
using perception::Tensor;
using perception::ValueId;

// One layer as a network, and the loop that does the same.
struct Layer {
  std::shared_ptr<const perception::Model> model;
  Shape input;
  std::function<void(std::span<const float> input, std::vector<float>& output)> loop;
};

std::shared_ptr<const perception::Model> model_of(const std::string& name, GraphBuilder builder,
                                                  ValueId output) {
  perception::Model model;
  model.graph = builder.graph({output});
  model.digest = name;
  return std::make_shared<const perception::Model>(std::move(model));
}

Layer convolution() {
  constexpr ConvolutionExtents kExtents{32, 32, 112, 112};
  const Tensor weights = random_tensor({32, 32, 3, 3}, 2), bias = random_tensor({32}, 3);
  const Shape shape{1, 32, 112, 112};
  GraphBuilder builder;
  const ValueId x = builder.input("x", {DataType::kFloat32, shape});
  const ValueId product = builder.node(
      "conv", Operator::kConv,
      {x, builder.constant("weights", weights), builder.constant("bias", bias)},
      {{"kernel_shape", std::vector<int64_t>{3, 3}}, {"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  const ValueId output = builder.node("relu", Operator::kRelu, {product});
  return {model_of("convolution", builder, output), shape,
          [=](std::span<const float> input, std::vector<float>& result) {
            plain_convolution(kExtents, input, weights.values<float>(), bias.values<float>(),
                              result);
          }};
}

Layer product() {
  constexpr int64_t kExtent = 512;
  const Tensor right = random_tensor({kExtent, kExtent}, 2);
  const Shape shape{kExtent, kExtent};
  GraphBuilder builder;
  const ValueId x = builder.input("x", {DataType::kFloat32, shape});
  const ValueId output =
      builder.node("product", Operator::kMatMul, {x, builder.constant("right", right)});
  return {model_of("product", builder, output), shape,
          [=](std::span<const float> input, std::vector<float>& result) {
            plain_product(kExtent, kExtent, kExtent, input, right.values<float>(), result);
          }};
}

Layer elementwise() {
  constexpr float kFactor = 0.5f, kTerm = 0.25f;
  const Shape shape{1, 64, 112, 112};
  GraphBuilder builder;
  const ValueId x = builder.input("x", {DataType::kFloat32, shape});
  const ValueId factor = builder.floats("factor", {1}, {kFactor});
  const ValueId term = builder.floats("term", {1}, {kTerm});
  const ValueId scaled = builder.node("scaled", Operator::kMul, {x, factor});
  const ValueId moved = builder.node("moved", Operator::kAdd, {scaled, term});
  const ValueId relu = builder.node("relu", Operator::kRelu, {moved});
  const ValueId square = builder.node("square", Operator::kMul, {relu, relu});
  const ValueId less = builder.node("less", Operator::kSub, {square, term});
  const ValueId output = builder.node("magnitude", Operator::kAbs, {less});
  return {model_of("elementwise", builder, output), shape,
          [=](std::span<const float> input, std::vector<float>& result) {
            plain_elementwise(kFactor, kTerm, input, result);
          }};
}

// A comparison of times means nothing where the results differ.
Result<void> check_equal(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return invalid("the two sides give tensors of different sizes");
  for (size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-3f * std::max(1.0f, std::abs(a[i]))))
      return invalid("the two sides differ at element %zu: %g and %g", i, double{a[i]},
                     double{b[i]});
  return {};
}

struct Contest {
  Layer layer;
  Runner runner;
  std::string engine;
};

Result<Contest> contest_of(Layer (*make)(), const char* device) {
  Layer layer = make();
  auto opened = GN_TRY(engine::open_unit(device));
  const std::string& name = opened.unit->description().name;
  std::string engine =
      std::string(device) == "cpu" ? "CPU engine" : "Vulkan on " + name.substr(0, name.find(' '));
  const auto request = request_for(layer.model, layer.input, Kept::kOutputs);
  Runner runner = GN_TRY(Runner::create(std::move(opened.unit), {}, request));
  return Contest{std::move(layer), std::move(runner), std::move(engine)};
}

void layer_against_loop(benchmark::State& state, Layer (*make)(), const char* device) {
  auto contest = contest_of(make, device);
  if (!contest) return state.SkipWithError(contest.error().message.c_str());
  const auto expected = contest->runner.first_output();
  if (!expected) return state.SkipWithError(expected.error().message.c_str());
  const Tensor input = contest->runner.request().inputs.begin()->second;
  std::vector<float> output(static_cast<size_t>(expected->element_count()));
  contest->layer.loop(input.values<float>(), output);
  const auto equal = check_equal(output, expected->values<float>());
  if (!equal) return state.SkipWithError(equal.error().message.c_str());
  const auto loop = [&]() -> Result<void> {
    contest->layer.loop(input.values<float>(), output);
    benchmark::DoNotOptimize(output.data());
    return {};
  };
  const auto engine = [&]() -> Result<void> {
    GN_TRY(contest->runner.run());
    return {};
  };
  measure_pair(state, {"plain threaded loop", loop}, {contest->engine, engine});
}

BENCHMARK_CAPTURE(layer_against_loop, convolution_cpu, convolution, "cpu")->Apply(usual_pairs);
BENCHMARK_CAPTURE(layer_against_loop, product_cpu, product, "cpu")->Apply(usual_pairs);
BENCHMARK_CAPTURE(layer_against_loop, elementwise_cpu, elementwise, "cpu")->Apply(usual_pairs);
BENCHMARK_CAPTURE(layer_against_loop, convolution_vulkan, convolution, "vulkan")
    ->Apply(usual_pairs);
BENCHMARK_CAPTURE(layer_against_loop, product_vulkan, product, "vulkan")->Apply(usual_pairs);
BENCHMARK_CAPTURE(layer_against_loop, elementwise_vulkan, elementwise, "vulkan")
    ->Apply(usual_pairs);

}  // namespace
}  // namespace geoneuron::bench
