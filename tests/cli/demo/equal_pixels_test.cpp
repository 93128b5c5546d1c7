// SPDX-License-Identifier: MIT
// The neuron graph and the demo's own drawings give the same bytes on the cores and on Vulkan.
#include <gtest/gtest.h>

#include "cli/demo/atlas.hpp"
#include "cli/demo/engines.hpp"
#include "engine/devices.hpp"
#include "engine/neuron_visualization_kernel.hpp"
#include "views/cpu_pixels.hpp"

namespace geoneuron::cli::demo {
namespace {

using perception::Tensor;

// One run of the digits network on a fixed pattern.
class EqualPixels : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_engines();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    if (opened->engines.size() < 2) GTEST_SKIP() << "no Vulkan device: " << opened->missing;
    engines_ = std::move(opened->engines);
    auto model = load_model(GEONEURON_DIGITS);
    ASSERT_TRUE(model.has_value()) << model.error().message;
    model_ = std::move(*model);
    std::vector<float> picture(48 * 48);
    for (size_t i = 0; i < picture.size(); ++i)
      picture[i] = static_cast<float>(i * 37 % 101) / 100.0f;
    auto set =
        perceive(engines_[0], model_, {{"image", Tensor::from<float>({1, 1, 48, 48}, picture)}},
                 {"pool3", "relu4", "features", "logits"});
    ASSERT_TRUE(set.has_value()) << set.error().message;
    set_ = std::move(*set);
  }

  Result<views::Image> neuron_graph(Engine& engine,
                                    const std::map<std::string, std::string>& parameters) {
    views::ViewRequest request;
    request.selected = {"relu4", "logits"};
    request.parameters = parameters;
    return draw_view(engine, model_, set_, "neuron_graph", request);
  }

  std::vector<Engine> engines_;
  ModelPointer model_;
  TensorSet set_;
};

TEST_F(EqualPixels, OfTheNeuronGraphAtEveryLevelAndValue) {
  for (const char* level : {"unit", "channel"})
    for (const char* value : {"flow", "weight"}) {
      const std::map<std::string, std::string> parameters{
          {"level", level}, {"value", value}, {"width", "900"}, {"height", "600"}};
      const auto cpu = neuron_graph(engines_[0], parameters);
      const auto vulkan = neuron_graph(engines_[1], parameters);
      ASSERT_TRUE(cpu.has_value()) << cpu.error().message;
      ASSERT_TRUE(vulkan.has_value()) << vulkan.error().message;
      EXPECT_TRUE(*cpu == *vulkan) << level << " " << value;
    }
}

// The demo draws it on the cores; another device would draw the same.
TEST_F(EqualPixels, OfTheAtlas) {
  views::CpuPixels cores;
  const auto opened = engine::open_unit("vulkan");
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const auto kernel = engine::NeuronVisualizationKernel::on(*opened, nullptr);
  const auto cpu = draw_atlas(cores, model_->model.graph, set_);
  const auto vulkan = draw_atlas(kernel->device(), model_->model.graph, set_);
  ASSERT_TRUE(cpu.has_value()) << cpu.error().message;
  ASSERT_TRUE(vulkan.has_value()) << vulkan.error().message;
  EXPECT_TRUE(*cpu == *vulkan);
}

}  // namespace
}  // namespace geoneuron::cli::demo
