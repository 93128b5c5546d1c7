// SPDX-License-Identifier: MIT
// What the built program says to command lines that are wrong, and when it says it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/picture_writer.hpp"
#include "cli/program_run_fixture.hpp"

namespace geoneuron::cli {
namespace {

using perception::ModelMaker;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProgramUsage : public ProgramRun {
 protected:
  using Arguments = std::vector<std::string>;

  // Wrong usage: exit 2, a sentence that begins with the verb and `sentence`, nothing done.
  void expect_usage(const Arguments& arguments, const std::string& sentence) const {
    const auto before = folder_.names();
    const ChildResult result = run_child(GEONEURON_PROGRAM, arguments, folder_.path());
    EXPECT_EQ(result.status, 2) << sentence;
    EXPECT_THAT(result.err, StartsWith("geoneuron " + arguments[0] + ": " + sentence));
    EXPECT_EQ(folder_.names(), before);
  }
  static Arguments run_with(const Arguments& more) {
    return with({"run", "model.onnx", "--input", "x.npy", "--out", "out"}, more);
  }
  static Arguments render_with(const Arguments& more) {
    return with({"render", "model.onnx", "--input", "x.npy", "--out", "p.png", "--view"}, more);
  }
  static Arguments with(Arguments base, const Arguments& more) {
    base.insert(base.end(), more.begin(), more.end());
    return base;
  }
  // x (1x1x?x?) + a constant of 2x2 -> y
  void save_open_model() {
    ModelMaker maker(13);
    maker.input("x", {1, 1, -1, -1}).output("y");
    maker.initializer("weights", {1, 1, 2, 2});
    maker.node("Add", {"x", "weights"}, {"y"}, "add");
    save("open.onnx", maker.bytes());
  }
  void save_picture(uint32_t side) {
    const Bytes png =
        encode_png(side, side, {0, 8, false, {}, {}, {}}, std::vector<uint8_t>(side * side));
    ASSERT_TRUE(write_file(folder_ / "p.png", png).has_value());
  }
};

TEST_F(ProgramUsage, ValuesThatNoModelCouldTakeAreWrongUsage) {
  expect_usage(run_with({"--shape", "a,b"}), "--shape: 'a,b' must be extents separated by commas");
  expect_usage(run_with({"--shape", "x=1,,2"}), "--shape: '1,,2' must be extents");
  expect_usage(run_with({"--std", "0"}), "--std: '0' must not be 0");
  expect_usage(run_with({"--std", "1,0,1"}), "--std: '0' must not be 0");
  expect_usage({"run", "model.onnx", "--input", "foo=", "--out", "out"},
               "--input: 'foo=' must name a .npy, PNG or JPEG file");
  expect_usage({"run", "model.onnx", "--input", "x.npy", "--out", ""},
               "--out: '' must be a folder's name");
  expect_usage({"render", "model.onnx", "--input", "x.npy", "--view", "histogram", "--tensor", "y",
                "--out", ""},
               "--out '': must name a file that ends with .png");
}

TEST_F(ProgramUsage, ParametersThatContradictEachOtherAreWrongUsage) {
  expect_usage(render_with({"feature_grid", "--tensor", "y", "--param", "normalisation=fixed"}),
               "feature_grid: normalisation=fixed: needs numbers for both low and high");
  expect_usage(render_with({"activation_map", "--tensor", "y", "--param", "normalisation=fixed",
                            "--param", "low=3", "--param", "high=1"}),
               "activation_map: parameter low: 3: must be below high, 1");
  expect_usage(render_with({"histogram", "--tensor", "y", "--param", "low=3", "--param", "high=1"}),
               "histogram: parameter low: 3: must be below high, 1");
  expect_usage(render_with({"activation_map", "--tensor", "y", "--param", "reduce=max", "--param",
                            "channel=0"}),
               "activation_map: parameter channel: 0: must be auto");
  expect_usage(render_with({"feature_grid", "--tensor", "y", "--tensor", "act/1"}),
               "--tensor is given 2 times: feature_grid shows one tensor; give it once");
}

TEST_F(ProgramUsage, SentencesNameTheArgumentAndTheRemedy) {
  expect_usage(run_with({"--layout", "nhcw"}), "--layout: 'nhcw' must be nchw or nhwc");
  expect_usage(run_with({"--channels", "cmyk"}), "--channels: 'cmyk' must be bgr, gray or rgb");
  expect_usage(run_with({"--threads", "0"}),
               "--threads: '0' must be a whole number from 1 to 1024");
  expect_usage(run_with({"--threads", "-1"}), "--threads: '-1' must be a whole number");
  expect_usage(run_with({"--scale", "abc"}), "--scale: 'abc' must be a finite number");
  expect_usage(run_with({"--std"}), "--std: its value is missing; write --std A[,B,C]");
  expect_usage(run_with({"--threads", "1", "--threads", "2"}),
               "--threads: is given 2 times; give it once");
  expect_usage(run_with({"--no-cache=maybe"}), "--no-cache: takes no value; write it alone");
  expect_usage(run_with({"x.npy"}), "'x.npy' is one argument too many: run takes options and one");
  expect_usage({"run", "model.onnx", "--input", "--out", "out"},
               "--input: '--out' is an option, where [NAME=]FILE must be");
  expect_usage({"run"}, "MODEL is required: the network, an .onnx file");
  expect_usage({"devices", "surplus"}, "'surplus' is one argument too many: devices takes options");
}

TEST_F(ProgramUsage, AnInputIsDescribedOnlyAfterCheapChecks) {
  const auto expect_silence = [&](const Arguments& arguments, const std::string& words) {
    expect_refusal(arguments, {words});
    EXPECT_THAT(at_home(arguments).err, Not(HasSubstr("input x: x.npy: float32")));
  };
  expect_silence(run_with({"--keep", "nope"}), "--keep: tensor 'nope'");
  expect_silence(run_with({"--profile", "/nowhere/t.json"}), "/nowhere");
  expect_silence({"run", "model.onnx", "--input", "x.npy", "--out", "model.onnx"}, "folder");
  expect_silence(render_with({"neuron_graph"}), "no edges to draw");
}

TEST_F(ProgramUsage, KeepSuggestsItsWordsToo) {
  expect_refusal(run_with({"--keep", "ouputs"}), {"--keep: tensor 'ouputs'", "mean outputs?"});
  expect_refusal(run_with({"--keep", "nope"}), {"must be all, outputs (y), or names"});
}

TEST_F(ProgramUsage, APictureThatOutgrowsTheBudgetIsRefusedBeforeItIsEnlarged) {
  save_open_model();
  save_picture(3);
  expect_refusal({"run", "open.onnx", "--input", "p.png", "--shape", "1,1,30000,30000", "--budget",
                  "64M", "--out", "out"},
                 {"input x: p.png: as float32 1x1x30000x30000 takes 3.4 GiB", "64.0 MiB",
                  "smaller extents with --shape, or a larger --budget"});
}

TEST_F(ProgramUsage, AnInputWhoseShapeIsOpenMayBeGivenAnother) {
  save_open_model();
  save_picture(3);
  save_tensor("three.npy", {1, 1, 3, 3}, std::vector<float>(9));
  expect_refusal({"run", "open.onnx", "--input", "three.npy", "--out", "out"},
                 {"add: ", "input x is 1x1x3x3", "leaves extents open", "--shape x=N,..."});
  expect_refusal(
      {"run", "open.onnx", "--input", "p.png", "--shape", "1,1,4,4", "--out", "out"},
      {"add: ", "input x is 1x1x4x4, for the model leaves", "give --shape x=N,... with"});
}

TEST_F(ProgramUsage, SaysHowManyTensorsWereKept) {
  EXPECT_THAT(at_home(run_with({})).out, HasSubstr("kept: 1 tensor in out,"));
  EXPECT_THAT(at_home(run_with({"--keep", "all"})).out, HasSubstr("kept: 2 tensors in out,"));
}

}  // namespace
}  // namespace geoneuron::cli
