// SPDX-License-Identifier: MIT
// The bar that a run shows on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/program_run_fixture.hpp"

namespace geoneuron::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class ProgramProgress : public ProgramRun {
 protected:
  // All that the program writes to a terminal, which its three streams are.
  std::string on_a_terminal(const std::vector<std::string>& arguments) {
    int terminal = -1;
    const winsize size{24, 80, 0, 0};
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
      std::vector<char*> list = {const_cast<char*>(GEONEURON_PROGRAM)};
      for (const std::string& text : arguments) list.push_back(const_cast<char*>(text.c_str()));
      list.push_back(nullptr);
      if (chdir(folder_.path().c_str()) == 0) execv(GEONEURON_PROGRAM, list.data());
      _exit(127);
    }
    std::string output;
    char part[4096];
    for (ssize_t size_read; (size_read = read(terminal, part, sizeof part)) > 0;)
      output.append(part, static_cast<size_t>(size_read));
    close(terminal);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << output;
    return output;
  }
};

// Layers that take long enough to be seen one by one.
TEST_F(ProgramProgress, IsToldWhileTheNetworkRuns) {
  constexpr int64_t kWidth = 1024;
  perception::ModelMaker maker(13);
  maker.input("x", {kWidth, kWidth});
  auto& weights = maker.initializer("w", {kWidth, kWidth});
  weights.clear_float_data();
  for (int64_t i = 0; i < kWidth * kWidth; ++i)
    weights.add_float_data(static_cast<float>(i % 7) * 1e-3f);
  std::string last = "x";
  for (int i = 0; i < 24; ++i) {
    const std::string next = i == 23 ? "y" : "layer" + std::to_string(i);
    maker.node("MatMul", {last, "w"}, {next}, "matmul" + std::to_string(i));
    last = next;
  }
  maker.output("y");
  save("deep.onnx", maker.bytes());
  save_tensor("wide.npy", {kWidth, kWidth}, std::vector<float>(kWidth * kWidth, 1e-3f));
  const std::string seen =
      on_a_terminal({"run", "deep.onnx", "--input", "wide.npy", "--keep", "all", "--device", "cpu",
                     "--threads", "1", "--out", "out"});
  EXPECT_THAT(seen, ContainsRegex("run \\[=* *\\] [0-9]+/24 tensors"));
  EXPECT_THAT(seen, ContainsRegex("run \\[=+ +\\] [0-9]+/24 tensors"));  // on its way
  EXPECT_THAT(seen, HasSubstr("kept: 24 tensors in out"));
}

TEST_F(ProgramProgress, IsSilentElsewhere) {
  const ChildResult result = at_home({"run", "model.onnx", "--input", "x.npy", "--out", "out"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("run [")));
}

}  // namespace
}  // namespace geoneuron::cli
