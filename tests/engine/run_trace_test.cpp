// SPDX-License-Identifier: MIT
// The spans of a run: one per layer, inside the run's own, on each device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/devices.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::engine {
namespace {

using nlohmann::json;
using perception::Tensor;

// Times were rounded to a binary fraction of a microsecond.
constexpr double kRounding = 1e-3;

double begin_of(const json& span) {
  return span.at("ts").get<double>();
}
double end_of(const json& span) {
  return begin_of(span) + span.at("dur").get<double>();
}

class RunTrace : public testing::TestWithParam<const char*> {
 protected:
  // Runs the digits network with every tensor kept.
  void SetUp() override {
    Result<OpenedUnit> opened = open_unit(GetParam());
    if (!opened) GTEST_SKIP() << opened.error().message;
    device_ = opened->unit->description().id;
    const auto model =
        std::make_shared<const perception::Model>(perception::load_onnx(GEONEURON_DIGITS).value());
    const perception::Graph& graph = model->graph;
    PerceptionRequest request{model, {}, {}, false};
    const std::vector<float> pixels(48 * 48, 0.5f);
    request.inputs.emplace(graph.at(graph.inputs[0]).name,
                           Tensor::from<float>({1, 1, 48, 48}, pixels));
    for (const perception::Node& node : graph.nodes)
      request.keep.insert(graph.at(node.outputs[0]).name);
    Profiler profiler;
    auto kernel = NeuralPerceptionKernel::create(std::move(opened->unit), {}, &profiler).value();
    const auto report = kernel->process_data(
        request, [](const std::string&, const Tensor&) { return Result<void>(); });
    ASSERT_TRUE(report.has_value()) << report.error().message;
    report_ = *report;
    trace_ = json::parse(profiler.to_json());
  }
  std::vector<json> spans(const std::string& category) const {
    std::vector<json> result;
    for (const json& event : trace_.at("traceEvents"))
      if (event.at("ph") == "X" && event.at("cat") == category) result.push_back(event);
    return result;
  }
  std::string track_name(const json& span) const {
    for (const json& event : trace_.at("traceEvents"))
      if (event.at("ph") == "M" && event.at("tid") == span.at("tid"))
        return event.at("args").at("name");
    return "";
  }

  std::string device_;
  PerceptionReport report_;
  json trace_;
};

TEST_P(RunTrace, HasASpanForEachLayerOnItsDevicesTrack) {
  std::set<std::string> computed, traced;
  for (const NodeRun& node : report_.nodes)
    if (node.algorithm != "ahead") computed.insert(node.node);
  for (const json& span : spans("operator")) {
    traced.insert(span.at("name"));
    EXPECT_EQ(track_name(span), device_) << span;
    EXPECT_NE(span.at("args").at("operator"), "") << span;
    EXPECT_NE(span.at("args").at("algorithm"), "") << span;
  }
  EXPECT_EQ(traced, computed);
  EXPECT_GE(traced.size(), 8u);
}

TEST_P(RunTrace, LayersLieInsideComputeOneAfterTheOther) {
  const auto compute = spans("run");
  ASSERT_EQ(compute.size(), 1u);
  double previous_end = begin_of(compute[0]);
  for (const json& span : spans("operator")) {
    EXPECT_GE(begin_of(span), previous_end - kRounding) << span;
    previous_end = end_of(span);
  }
  EXPECT_GT(previous_end, begin_of(compute[0]));
  EXPECT_LE(previous_end, end_of(compute[0]) + kRounding);
}

INSTANTIATE_TEST_SUITE_P(Devices, RunTrace, testing::Values("cpu", "lavapipe"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace geoneuron::engine
