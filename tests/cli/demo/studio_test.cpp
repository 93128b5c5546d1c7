// SPDX-License-Identifier: MIT
#include "cli/demo/studio.hpp"

#include <gmock/gmock.h>

#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli::demo {
namespace {

std::vector<Engine> engines(size_t count) {
  std::vector<Engine> result(count);
  for (size_t i = 0; i < count; ++i) result[i].device.id = "device " + std::to_string(i);
  return result;
}

TEST(Studio, SaysWhatItDrawsBeforeItDraws) {
  const TemporaryFolder folder;
  std::vector<Engine> one = engines(1);
  Studio studio(one, folder.path());
  testing::internal::CaptureStderr();
  std::string said_before;
  const auto drawn = studio.draw("one.png", {TensorSet{}}, [&](Engine&, const TensorSet&) {
    said_before = testing::internal::GetCapturedStderr();
    return Result<views::Image>(views::Image::filled(2, 2, {}));
  });
  ASSERT_TRUE(drawn) << drawn.error().message;
  EXPECT_EQ(said_before, "drawing one.png ...\n");
  EXPECT_THAT(folder.names(), testing::ElementsAre("one.png"));
}

TEST(Studio, RefusesDevicesThatDrawOtherBytesFromTheSameTensors) {
  const TemporaryFolder folder;
  std::vector<Engine> two = engines(2);
  Studio studio(two, folder.path());
  const auto drawn = studio.draw("one.png", {TensorSet{}}, [&](Engine& engine, const TensorSet&) {
    const auto red = static_cast<uint8_t>(engine.device.id.back());
    return Result<views::Image>(views::Image::filled(2, 2, {red, 0, 0, 255}));
  });
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, EILSEQ);
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

}  // namespace
}  // namespace geoneuron::cli::demo
