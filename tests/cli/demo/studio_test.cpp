// SPDX-License-Identifier: MIT
#include "cli/demo/studio.hpp"

#include <gmock/gmock.h>

#include "engine/devices.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli::demo {
namespace {

TEST(Studio, SaysWhatItDrawsBeforeItDraws) {
  const TemporaryFolder folder;
  engine::OpenedUnit opened = engine::open_unit("cpu").value();
  std::vector<Engine> engines(1);
  engines[0].device = opened.unit->description();
  engines[0].pictures = engine::NeuronVisualizationKernel::on(opened, nullptr);
  Studio studio(engines, folder.path());
  testing::internal::CaptureStderr();
  std::string said_before;
  const auto drawn = studio.draw("one.png", {TensorSet{}},
                                 [&](engine::NeuronVisualizationKernel&, const TensorSet&) {
                                   said_before = testing::internal::GetCapturedStderr();
                                   return Result<views::Image>(views::Image::filled(2, 2, {}));
                                 });
  ASSERT_TRUE(drawn) << drawn.error().message;
  EXPECT_EQ(said_before, "drawing one.png ...\n");
  EXPECT_THAT(folder.names(), testing::ElementsAre("one.png"));
}

}  // namespace
}  // namespace geoneuron::cli::demo
