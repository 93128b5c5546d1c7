// SPDX-License-Identifier: MIT
#include "engine/neuron_visualization_kernel.hpp"

#include <gmock/gmock.h>

#include "views/cpu_pixels.hpp"

namespace geoneuron::engine {
namespace {

views::ViewRequest request() {
  views::ViewRequest result;
  std::vector<float> values(2 * 3 * 3);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  result.tensors["t"] = perception::Tensor::from<float>({1, 2, 3, 3}, values);
  result.selected = {"t"};
  return result;
}

TEST(NeuronVisualizationKernel, RendersWhatTheViewRendersAndNotesIt) {
  Profiler profiler;
  NeuronVisualizationKernel kernel(std::make_unique<views::CpuPixels>(), "cpu", &profiler);
  const auto image = kernel.render("feature_grid", request());
  ASSERT_TRUE(image);
  views::CpuPixels device;
  EXPECT_TRUE(*image == views::render(device, "feature_grid", request()).value());
  for (const char* span : {"\"feature_grid\"", "\"view.paint\"", "\"view.statistics\""})
    EXPECT_THAT(profiler.to_json(), testing::HasSubstr(span));
}

TEST(NeuronVisualizationKernel, NotesWhatFailed) {
  Profiler profiler;
  NeuronVisualizationKernel kernel(std::make_unique<views::CpuPixels>(), "cpu", &profiler);
  auto wrong = request();
  wrong.parameters["channel"] = "7";
  EXPECT_FALSE(kernel.render("activation_map", wrong));
  EXPECT_THAT(profiler.to_json(), testing::HasSubstr("tensor t has 2"));
}

TEST(NeuronVisualizationKernel, NotesInAnotherProfilerForOneView) {
  Profiler own, other;
  NeuronVisualizationKernel kernel(std::make_unique<views::CpuPixels>(), "cpu", &own);
  ASSERT_TRUE(kernel.render("feature_grid", request(), &other));
  ASSERT_TRUE(kernel.render("histogram", request()));
  EXPECT_THAT(other.to_json(), testing::HasSubstr("\"feature_grid\""));
  EXPECT_THAT(other.to_json(), testing::Not(testing::HasSubstr("\"histogram\"")));
  EXPECT_THAT(own.to_json(), testing::Not(testing::HasSubstr("\"feature_grid\"")));
  EXPECT_THAT(own.to_json(), testing::HasSubstr("\"histogram\""));
}

TEST(NeuronVisualizationKernel, WorksWithoutAProfilerOnAnOpenedUnit) {
  const OpenedUnit opened = open_unit("cpu").value();
  const auto kernel = NeuronVisualizationKernel::on(opened, nullptr);
  EXPECT_TRUE(kernel->render("histogram", request()));
}

}  // namespace
}  // namespace geoneuron::engine
