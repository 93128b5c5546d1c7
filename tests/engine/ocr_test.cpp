// SPDX-License-Identifier: MIT
// The kernel on a real network whose shapes are dynamic: PP-OCRv4's recogniser.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/devices.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::engine {
namespace {

using perception::Tensor;

class Recogniser : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string path = GEONEURON_MODELS "/recogniser.onnx";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing: run ./dev models";
    const auto opened = open_unit(GetParam());
    if (!opened) GTEST_SKIP() << opened.error().message;
    model_ = std::make_shared<const perception::Model>(perception::load_onnx(path).value());
  }
  std::unique_ptr<NeuralPerceptionKernel> kernel(KernelOptions options = {}) {
    options.cache = false;
    return NeuralPerceptionKernel::create(open_unit(GetParam()).value().unit, options, nullptr)
        .value();
  }
  PerceptionRequest request(int64_t width) {
    std::vector<float> pixels(static_cast<size_t>(3 * 48 * width));
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::sin(static_cast<float>(i) * 0.01f);
    const perception::Graph& graph = model_->graph;
    return {model_,
            {{graph.at(graph.inputs[0]).name, Tensor::from<float>({1, 3, 48, width}, pixels)}},
            {graph.at(graph.outputs[0]).name},
            false};
  }
  static Tensor output_of(NeuralPerceptionKernel& kernel, const PerceptionRequest& request) {
    Tensor output;
    const auto report =
        kernel.process_data(request, [&](const std::string&, const Tensor& tensor) -> Result<void> {
          output = tensor;
          return {};
        });
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return output;
  }

  std::shared_ptr<const perception::Model> model_;
};

TEST_P(Recogniser, RunsAtThreeWidthsInOneProcess) {
  KernelOptions plain;
  plain.optimize = false;
  const auto optimized = kernel(), unoptimized = kernel(plain);
  for (int round = 0; round < 2; ++round)
    for (const int64_t width : {160, 320, 480}) {
      const Tensor a = output_of(*optimized, request(width));
      const Tensor b = output_of(*unoptimized, request(width));
      ASSERT_EQ(a.shape(), perception::Shape({1, width / 8, 6625}));
      ASSERT_EQ(b.shape(), a.shape());
      for (size_t i = 0; i < a.values<float>().size(); ++i)
        ASSERT_NEAR(a.values<float>()[i], b.values<float>()[i], 1e-3f);
    }
}

TEST_P(Recogniser, KeepsFourTimesTheBudgetWithinTheBudget) {
  KernelOptions options;
  options.memory_budget_bytes = uint64_t{48} << 20;
  PerceptionRequest wanted = request(320);
  for (const perception::Node& node : model_->graph.nodes)
    for (const perception::ValueId id : node.outputs)
      if (id != perception::kNoValue) wanted.keep.insert(model_->graph.at(id).name);
  uint64_t total_bytes = 0;
  const auto report = kernel(options)->process_data(
      wanted, [&](const std::string&, const Tensor& tensor) -> Result<void> {
        total_bytes += tensor.size_bytes();
        return {};
      });
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_GE(total_bytes, 4 * options.memory_budget_bytes);
  EXPECT_LE(report->peak_bytes, options.memory_budget_bytes);
}

INSTANTIATE_TEST_SUITE_P(Devices, Recogniser, testing::Values("cpu", "lavapipe"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace geoneuron::engine
