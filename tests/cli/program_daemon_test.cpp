// SPDX-License-Identifier: MIT
// The program and a daemon that runs already, or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/program_run_fixture.hpp"

namespace geoneuron::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ProgramDaemon : public ProgramRun {
 protected:
  ~ProgramDaemon() override {
    if (daemon_ <= 0) return;
    kill(daemon_, SIGTERM);
    waitpid(daemon_, nullptr, 0);
  }

  std::string socket() const { return folder_ / "socket"; }
  // Starts a daemon and waits until it listens.
  void serve() {
    daemon_ = fork();
    if (daemon_ == 0) {
      execl(GEONEURON_DAEMON_PROGRAM, GEONEURON_DAEMON_PROGRAM, "--socket", socket().c_str(),
            nullptr);
      _exit(127);
    }
    for (int i = 0; i < 6000 && !std::filesystem::exists(socket()); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(std::filesystem::exists(socket()));
  }
  ChildResult run(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"run", "model.onnx", "--input", "x.npy", "--out", "out"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return at_home(arguments);
  }

  pid_t daemon_ = -1;
};

TEST_F(ProgramDaemon, IsComputedByWhomTheUserNames) {
  serve();
  const ChildResult result = run({"--socket", socket()});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(values("out/y.npy"), ElementsAre(0, -2, 0, -4));
  const ChildResult devices = geoneuron({"devices", "--socket", socket()});
  EXPECT_EQ(devices.status, 0) << devices.err;
  EXPECT_THAT(devices.out, HasSubstr("auto takes "));
}

TEST_F(ProgramDaemon, CannotHaveThreadsOfOneThatRuns) {
  serve();
  const ChildResult result = run({"--socket", socket(), "--threads", "2"});
  EXPECT_EQ(result.status, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("--threads 2: is for a private daemon"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(ProgramDaemon, OfItsOwnHasThreads) {
  EXPECT_EQ(run({"--threads", "1"}).status, 0);
}

// The daemon's arguments are those that a script in its place was given.
TEST_F(ProgramDaemon, OfItsOwnIsToldWhatTheUserWants) {
  const std::string told = folder_ / "told";
  const std::string script =
      "#!/bin/sh\necho \"$@\" >" + told + "\nexec " + GEONEURON_DAEMON_PROGRAM + " \"$@\"\n";
  save("daemon", script);
  std::filesystem::permissions(folder_ / "daemon", std::filesystem::perms::owner_all);
  ASSERT_EQ(setenv("GEONEURON_DAEMON", (folder_ / "daemon").c_str(), 1), 0);
  const auto arguments = [&](const std::vector<std::string>& more) {
    const ChildResult result = run(more);
    EXPECT_EQ(result.status, 0) << result.err;
    const auto text = read_file(told, 1 << 16).value();
    return std::string(reinterpret_cast<const char*>(text.data()), text.size());
  };
  EXPECT_THAT(arguments({"--budget", "3G"}),
              AllOf(HasSubstr("--set devices=cpu"), HasSubstr("--set worker_bytes=6442450944")));
  EXPECT_THAT(arguments({"--budget", "1M"}), Not(HasSubstr("worker_bytes=")));
  unsetenv("GEONEURON_DAEMON");
}

TEST_F(ProgramDaemon, MustBeThereWhereOneIsNamed) {
  expect_refusal({"run", "model.onnx", "--input", "x.npy", "--out", "out", "--socket", "none"},
                 {"none"});
}

TEST_F(ProgramDaemon, FetchesTensorsWhoseShapesNobodyKnewBefore) {
  perception::ModelMaker maker(13);
  maker.input("x", {4}).input("shape", {2}, onnx::TensorProto::INT64).output("y");
  maker.node("Relu", {"x"}, {"a"}, "relu");
  maker.node("Reshape", {"a", "shape"}, {"y"}, "reshape");
  save("open.onnx", maker.bytes());
  save_tensor("four.npy", {4}, {-1, 2, -3, 4});
  const auto shape = perception::Tensor::from_int64s({2, 2});
  ASSERT_TRUE(write_npy(folder_ / "shape.npy", shape).has_value());
  const ChildResult result = at_home({"run", "open.onnx", "--input", "x=four.npy", "--input",
                                      "shape=shape.npy", "--keep", "a,y,x", "--out", "out"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_npy(folder_ / "out/y.npy")->shape(), (perception::Shape{2, 2}));
  EXPECT_THAT(values("out/y.npy"), ElementsAre(0, 2, 0, 4));
  EXPECT_THAT(values("out/a.npy"), ElementsAre(0, 2, 0, 4));
  EXPECT_THAT(values("out/x.npy"), ElementsAre(-1, 2, -3, 4));
}

TEST_F(ProgramDaemon, IsGivenTheFilesBesideAModel) {
  perception::ModelMaker maker(13);
  maker.input("x", {1, 1, 2, 2}).output("y");
  for (const char* name : {"one", "two"}) {
    onnx::TensorProto& tensor = maker.initializer(name, {1});
    tensor.clear_float_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    auto* location = tensor.add_external_data();
    location->set_key("location");
    location->set_value(std::string(name) + ".bin");
  }
  maker.node("Add", {"x", "one"}, {"a"}, "first");
  maker.node("Mul", {"a", "two"}, {"y"}, "second");
  save("large.onnx", maker.bytes());
  for (const auto& [name, value] : {std::pair{"one.bin", 1.0f}, std::pair{"two.bin", 2.0f}})
    save(name, {reinterpret_cast<const char*>(&value), sizeof value});
  const ChildResult result = at_home({"run", "large.onnx", "--input", "x.npy", "--out", "out"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(values("out/y.npy"), ElementsAre(0, 6, -4, 10));
}

}  // namespace
}  // namespace geoneuron::cli
