// SPDX-License-Identifier: MIT
// What a signal leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/file.hpp"
#include "cli/npy.hpp"
#include "fakes/temporary_folder.hpp"
#include "perception/onnx_models.hpp"

namespace geoneuron::cli {
namespace {

using testing::UnorderedElementsAre;

// A run that would take hours, in `folder`.
pid_t start_long_run(const std::string& folder) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (chdir(folder.c_str()) == 0)
    execl(GEONEURON_PROGRAM, GEONEURON_PROGRAM, "run", "model.onnx", "--input", "x.npy", "--device",
          "cpu", "--no-cache", "--repeat", "1000000", "--out", "out", nullptr);
  _exit(127);
}

// Whether the child has begun to write: a third file beside the model and its input.
bool wait_for_output(const TemporaryFolder& folder) {
  for (int i = 0; i < 6000 && folder.names().size() < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return folder.names().size() == 3;
}

class ProgramInterrupt : public testing::TestWithParam<int> {};

TEST_P(ProgramInterrupt, LeavesNothingBehind) {
  const TemporaryFolder folder;
  perception::ModelMaker maker(13);
  maker.input("x", {256}).output("y");
  maker.node("Relu", {"x"}, {"y"}, "relu");
  ASSERT_TRUE(write_file(folder / "model.onnx", maker.bytes()).has_value());
  const auto zeros = perception::Tensor::from<float>({256}, std::vector<float>(256));
  ASSERT_TRUE(write_npy(folder / "x.npy", zeros).has_value());
  const pid_t child = start_long_run(folder.path());
  ASSERT_GT(child, 0);
  const bool has_begun = wait_for_output(folder);
  kill(child, GetParam());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(has_begun);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == GetParam());
  EXPECT_THAT(folder.names(), UnorderedElementsAre("model.onnx", "x.npy"));
}

INSTANTIATE_TEST_SUITE_P(Signals, ProgramInterrupt, testing::Values(SIGINT, SIGTERM, SIGHUP));

}  // namespace
}  // namespace geoneuron::cli
