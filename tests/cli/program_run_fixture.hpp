// SPDX-License-Identifier: MIT
// A folder with a small network and its input, in which the built program is run.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "cli/npy.hpp"
#include "cli/program_fixture.hpp"
#include "fakes/temporary_folder.hpp"
#include "perception/onnx_models.hpp"

namespace geoneuron::cli {

// x (1x1x2x2) -> Relu "act/1" -> Neg "y"
class ProgramRun : public testing::Test {
 protected:
  void SetUp() override {
    perception::ModelMaker maker(13);
    maker.input("x", {1, 1, 2, 2}).output("y");
    maker.node("Relu", {"x"}, {"act/1"}, "relu");
    maker.node("Neg", {"act/1"}, {"y"}, "neg");
    save("model.onnx", maker.bytes());
    save_tensor("x.npy", {1, 1, 2, 2}, {-1, 2, -3, 4});
  }

  void save(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(write_file(folder_ / name, bytes).has_value());
  }
  void save_tensor(const std::string& name, perception::Shape shape,
                   const std::vector<float>& values) {
    ASSERT_TRUE(
        write_npy(folder_ / name, perception::Tensor::from<float>(shape, values)).has_value());
  }
  // Runs in the folder of the test, on the cores.
  ChildResult at_home(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--device", "cpu"});
    return run_child(GEONEURON_PROGRAM, arguments, folder_.path());
  }
  std::vector<float> values(const std::string& name) const {
    const perception::Tensor tensor = read_npy(folder_ / name).value();
    return {tensor.values<float>().begin(), tensor.values<float>().end()};
  }
  static bool has_lavapipe() {
    const nlohmann::json devices =
        nlohmann::json::parse(geoneuron({"devices", "--json"}).out)["devices"];
    return std::ranges::any_of(devices, [](const nlohmann::json& device) {
      return device["id"] != "cpu" && !device["is_hardware"].get<bool>();
    });
  }
  nlohmann::json json_file(const std::string& name) const {
    const auto bytes = read_file(folder_ / name, 1 << 20).value();
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    return nlohmann::json::parse(text, text + bytes.size());
  }
  // What a picture leaves that this device draws.
  nlohmann::json trace_of_picture(const std::string& device) const {
    const ChildResult result = run_child(
        GEONEURON_PROGRAM,
        {"render", "model.onnx", "--input", "x.npy", "--view", "activation_map", "--tensor", "y",
         "--out", "p.png", "--profile", "trace.json", "--device", device},
        folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? json_file("trace.json") : nlohmann::json();
  }
  // A run that must fail: exit 1, one sentence with `words`, nothing new in the folder.
  void expect_refusal(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& words) const {
    const auto before = folder_.names();
    const ChildResult result = at_home(arguments);
    EXPECT_EQ(result.status, 1) << result.err;
    for (const std::string& word : words) EXPECT_THAT(result.err, testing::HasSubstr(word));
    EXPECT_THAT(result.out, testing::IsEmpty());
    const size_t sentence = result.err.find("geoneuron: ");
    ASSERT_NE(sentence, std::string::npos) << result.err;
    EXPECT_EQ(result.err.find('\n', sentence), result.err.size() - 1) << result.err;
    EXPECT_EQ(folder_.names(), before);
  }
  void expect_model_refused(const std::string& bytes, const std::vector<std::string>& words) {
    save("bad.onnx", bytes);
    expect_refusal({"run", "bad.onnx", "--input", "x.npy", "--out", "out"}, words);
  }

  TemporaryFolder folder_;
};

}  // namespace geoneuron::cli
