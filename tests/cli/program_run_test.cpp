// SPDX-License-Identifier: MIT
// `geoneuron run` and `render` on small networks, and on everything bad that a user can
// hand them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "cli/npy.hpp"
#include "cli/picture_writer.hpp"
#include "cli/program_run_fixture.hpp"
#include "cli/trace_check.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using perception::ModelMaker;
using perception::Shape;
using perception::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

TEST_F(ProgramRun, KeepsOutputsByDefault) {
  const ChildResult result = at_home({"run", "model.onnx", "--input", "x.npy", "--out", "out"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(folder_.names("out"), ElementsAre("manifest.json", "y.npy"));
  EXPECT_THAT(values("out/y.npy"), ElementsAre(0, -2, 0, -4));
  EXPECT_THAT(result.err, HasSubstr("input x: x.npy: float32 1x1x2x2"));
}

TEST_F(ProgramRun, KeepsWhatIsAskedForUnderSafeNames) {
  ASSERT_EQ(at_home({"run", "model.onnx", "--input", "x=x.npy", "--keep", "act*,x", "--out", "out"})
                .status,
            0);
  EXPECT_THAT(folder_.names("out"), ElementsAre("act_1.npy", "manifest.json", "x.npy"));
  EXPECT_THAT(values("out/act_1.npy"), ElementsAre(0, 2, 0, 4));
}

TEST_F(ProgramRun, TellsMachinesWhereEachNodeRan) {
  const ChildResult result =
      at_home({"run", "model.onnx", "--input", "x.npy", "--out", "out", "--json", "--repeat", "3",
               "--no-cache", "--no-optimize", "--profile", "trace.json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report["device"]["id"], "cpu");
  EXPECT_EQ(report["nodes"].size(), 2u);
  EXPECT_EQ(report["nodes"][0]["node"], "relu");
  EXPECT_EQ(report["nodes"][0]["where"], "cpu");
  EXPECT_EQ(report["durations_ns"].size(), 3u);
  EXPECT_GT(report["median_ms"], 0.0);
  EXPECT_GT(report["predicted_peak_bytes"], 0);
  EXPECT_EQ(report["cache_hit"], false);
  const json trace = json_file("trace.json");
  EXPECT_THAT(check_trace(trace), IsSupersetOf({"relu", "neg", "compute"}));
  EXPECT_EQ(std::ranges::count(trace["traceEvents"], "relu",
                               [](const json& event) { return event.value("name", ""); }),
            3);  // of each run
}

TEST_F(ProgramRun, TracesPicturesToo) {
  EXPECT_THAT(check_trace(trace_of_picture("cpu")),
              IsSupersetOf({"relu", "neg", "compute", "view.paint"}));
}

TEST_F(ProgramRun, TracesPicturesOnLavapipe) {
  if (!has_lavapipe()) GTEST_SKIP() << "lavapipe is not installed";
  EXPECT_THAT(check_trace(trace_of_picture("lavapipe")),
              IsSupersetOf({"relu", "neg", "compute", "view.paint"}));
}

TEST_F(ProgramRun, HitsItsCacheTheSecondTimeAndSaysSo) {
  const ChildResult result =
      at_home({"run", "model.onnx", "--input", "x.npy", "--out", "out", "--json", "--repeat", "2"});
  EXPECT_EQ(json::parse(result.out)["cache_hit"], true);
  EXPECT_THAT(result.err, HasSubstr("--no-cache computes each"));
}

TEST_F(ProgramRun, ComputesEachTimeWithoutTheCache) {
  const ChildResult result = at_home({"run", "model.onnx", "--input", "x.npy", "--out", "out",
                                      "--json", "--repeat", "2", "--no-cache"});
  const json report = json::parse(result.out);
  EXPECT_EQ(report["cache_hit"], false);
  EXPECT_FALSE(report["nodes"].empty());
  EXPECT_EQ(report["durations_ns"].size(), 2u);
  EXPECT_THAT(result.err, Not(HasSubstr("--no-cache")));
}

TEST_F(ProgramRun, TakesADashForAFileOnlyWhereStandardOutputIsFree) {
  const auto expect_usage_error = [&](const std::vector<std::string>& arguments,
                                      const std::string& words) {
    const auto before = folder_.names();
    const ChildResult result = at_home(arguments);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(folder_.names(), before);
  };
  expect_usage_error({"run", "model.onnx", "--input", "x.npy", "--out", "out", "--profile", "-"},
                     "--profile: '-' must be a file's name");
  expect_usage_error({"render", "model.onnx", "--input", "x.npy", "--view", "histogram", "--tensor",
                      "y", "--out", "p.png", "--profile", "-"},
                     "--profile: '-' must be a file's name");
  expect_usage_error({"run", "model.onnx", "--input", "x.npy", "--out", "-"},
                     "--out: '-' must be a folder's name");
}

TEST_F(ProgramRun, SaysHowToChooseAnotherSizeForAPicture) {
  ModelMaker maker(13);
  maker.input("x", {1, 1, -1, -1}).output("y");
  maker.initializer("weights", {1, 1, 2, 2});
  maker.node("Add", {"x", "weights"}, {"y"}, "add");
  save("two.onnx", maker.bytes());
  const Bytes png = encode_png(3, 3, {0, 8, false, {}, {}, {}}, std::vector<uint8_t>(9));
  ASSERT_TRUE(write_file(folder_ / "p.png", png).has_value());
  const std::vector<std::string> words = {"add: ", "input x has the picture's own size, 1x1x3x3",
                                          "--shape x=", "--resize"};
  expect_refusal({"run", "two.onnx", "--input", "p.png", "--out", "out"}, words);
  expect_refusal({"render", "two.onnx", "--input", "p.png", "--view", "histogram", "--tensor", "y",
                  "--out", "y.png"},
                 words);
  const ChildResult told =
      at_home({"run", "two.onnx", "--input", "p.png", "--shape", "x=1,1,2,2", "--out", "out"});
  EXPECT_EQ(told.status, 0) << told.err;
}

TEST_F(ProgramRun, ReadsPicturesAndSaysHow) {
  const Bytes png = encode_png(4, 2, {0, 8, false, {}, {}, {}}, {0, 0, 255, 255, 0, 0, 255, 255});
  ASSERT_TRUE(write_file(folder_ / "p.png", png).has_value());
  const ChildResult result = at_home({"run", "model.onnx", "--input", "p.png", "--resize",
                                      "stretch", "--keep", "x", "--out", "out"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err,
              HasSubstr("4x2 PNG -> stretched to 2x2, gray, scale 1/255, layout NCHW (from the "
                        "model's shape 1x1x2x2)"));
  EXPECT_THAT(values("out/x.npy"), ElementsAre(0, 1, 0, 1));
}

TEST_F(ProgramRun, ComputesWithNanAndSaysSo) {
  save_tensor(
      "nan.npy", {1, 1, 2, 2},
      {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1, 2});
  const ChildResult result = at_home({"run", "model.onnx", "--input", "nan.npy", "--out", "out"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("1 NaN and 1 infinite of 4 elements"));
}

TEST_F(ProgramRun, RefusesBadInputs) {
  const auto run = [](const std::string& input) {
    return std::vector<std::string>{"run", "model.onnx", "--input", input, "--out", "out"};
  };
  expect_refusal({"run", "model.onnx", "--out", "out"}, {"input x", "missing", "--input x=FILE"});
  expect_refusal(run("absent.npy"), {"absent.npy", "No such file"});
  expect_refusal(run("z=x.npy"), {"no input 'z'", "its inputs are x"});
  expect_refusal(run("model.onnx"), {"neither a .npy, PNG nor JPEG"});
  ASSERT_TRUE(write_file(folder_ / "huge.png", "\x89PNG\r\n\x1a\n").has_value());
  std::filesystem::resize_file(folder_ / "huge.png", size_t{2} << 30);
  expect_refusal(run("huge.png"), {"huge.png: has 2147483648 bytes; at most 1073741824 are read"});
  save_tensor("shape.npy", {1, 3, 2, 2}, std::vector<float>(12));
  expect_refusal(run("shape.npy"), {"input x", "1x3x2x2", "1x1x2x2"});
  ASSERT_TRUE(write_npy(folder_ / "type.npy", Tensor::from_int64s({1, 2})).has_value());
  expect_refusal(run("type.npy"), {"int64", "float32", "astype"});
  const Bytes png = encode_png(4, 2, {0, 8, false, {}, {}, {}}, std::vector<uint8_t>(8));
  ASSERT_TRUE(write_file(folder_ / "cut.png", std::span(png).first(png.size() / 2)).has_value());
  expect_refusal(run("cut.png"), {"cut.png", "damaged PNG"});
}

TEST_F(ProgramRun, RefusesBadOptions) {
  const std::vector<std::string> base = {"run", "model.onnx", "--input", "x.npy", "--out", "out"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  expect_refusal(with({"--keep", "act/2"}), {"tensor 'act/2'", "did you mean act/1"});
  expect_refusal(with({"--shape", "x=1,1,3,3"}), {"--shape", "declares"});
  expect_refusal(with({"--profile", "/nowhere/trace.json"}),
                 {"/nowhere/trace.json", "there is no folder /nowhere; create it first"});
  for (const char* option : {"--device=gpu", "--threads=0", "--budget=lots", "--resize=zoom",
                             "--repeat=0", "--channels=cmyk"})
    EXPECT_EQ(geoneuron(with({option})).status, 2) << option;
}

TEST_F(ProgramRun, RefusesUnwritableOutput) {
  save("file", "x");
  const auto run = [](const std::string& out) {
    return std::vector<std::string>{"run", "model.onnx", "--input", "x.npy", "--out", out};
  };
  expect_refusal(run("file"), {"file", "must name a folder"});
  expect_refusal(run("file/out"), {"file/out", "cannot be written"});
  expect_refusal(run("/proc/out"), {"/proc/out", "cannot be written"});
  auto traced = run("out");
  traced.insert(traced.end(), {"--profile", "."});
  expect_refusal(traced, {".", "cannot be written"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));  // told before anything is computed
}

TEST_F(ProgramRun, WritesNoTraceOfARunThatFails) {
  std::filesystem::create_directories(folder_ / "out/y.npy/inside");
  expect_refusal({"run", "model.onnx", "--input", "x.npy", "--out", "out", "--profile", "t.json"},
                 {"out", "cannot be written"});
  EXPECT_THAT(folder_.names("out"), ElementsAre("y.npy"));
}

TEST_F(ProgramRun, RendersPngsOnly) {
  const auto render = [](const std::string& out) {
    return std::vector<std::string>{"render",    "model.onnx", "--input", "x.npy", "--view",
                                    "histogram", "--tensor",   "y",       "--out", out};
  };
  const ChildResult jpeg = at_home(render("p.jpg"));
  EXPECT_EQ(jpeg.status, 2);
  EXPECT_THAT(jpeg.err, HasSubstr("--out p.jpg: is written as PNG"));
  EXPECT_EQ(at_home(render("p")).status, 2);
  EXPECT_EQ(at_home(render("p.PNG")).status, 0);
  EXPECT_EQ(at_home(render("/dev/null")).status, 0);
  expect_refusal(render("absent/p.png"), {"there is no folder absent; create it first"});
}

TEST_F(ProgramRun, RefusesBadModels) {
  std::string bytes(
      reinterpret_cast<const char*>(read_file(folder_ / "model.onnx", 1 << 20)->data()),
      std::filesystem::file_size(folder_ / "model.onnx"));
  expect_model_refused(bytes.substr(0, bytes.size() - 3), {"bad.onnx"});
  expect_model_refused("", {"bad.onnx"});
  ModelMaker cyclic(13);
  cyclic.input("x", {2}).output("a");
  cyclic.node("Add", {"x", "b"}, {"a"}, "first");
  cyclic.node("Relu", {"a"}, {"b"}, "second");
  expect_model_refused(cyclic.bytes(), {"cycl"});
  ModelMaker unknown(13);
  unknown.input("x", {1, 1, 2, 2}).output("y");
  unknown.node("Frobnicate", {"x"}, {"y"}, "frob");
  expect_model_refused(unknown.bytes(), {"Frobnicate", "frob"});
  ModelMaker huge(13);
  huge.input("x", {int64_t{1} << 40, int64_t{1} << 40}).output("y");
  huge.node("Relu", {"x"}, {"y"}, "relu");
  expect_model_refused(huge.bytes(), {"x"});
}

TEST_F(ProgramRun, TakesWhatFollowsAMeanForTheModel) {
  const ChildResult result = at_home(
      {"run", "--input", "x.npy", "--mean", "0.5", "--std", "1,2,3", "model.onnx", "--out", "out"});
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(ProgramRun, RefusesPixelNumbersThatAreNotFinite) {
  for (const char* option : {"--scale", "--mean", "--std"})
    for (const char* number : {"nan", "inf", "-inf", "1e999"}) {
      const ChildResult result =
          at_home({"run", "model.onnx", "--input", "x.npy", option, number, "--out", "out"});
      EXPECT_EQ(result.status, 2) << option << " " << number;
      EXPECT_THAT(result.err, HasSubstr("must be a finite number")) << option << " " << number;
    }
  EXPECT_EQ(
      at_home({"run", "model.onnx", "--input", "x.npy", "--std", "1,nan,1", "--out", "out"}).status,
      2);
}

TEST_F(ProgramRun, FailuresAreJsonWhereAskedFor) {
  const ChildResult result =
      at_home({"run", "absent.onnx", "--input", "x.npy", "--out", "out", "--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(json::parse(result.out)["error"].get<std::string>(), HasSubstr("absent.onnx"));
}

TEST_F(ProgramRun, ConformanceNeedsAFolderOfTests) {
  expect_refusal({"conformance", "absent"}, {"absent"});
  expect_refusal({"conformance", "model.onnx"}, {"model.onnx"});
}

TEST_F(ProgramRun, RendersToAFileAndToStandardOutput) {
  const std::vector<std::string> base = {"render", "model.onnx",     "--input",  "x.npy",
                                         "--view", "activation_map", "--tensor", "#1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  const ChildResult file = at_home(with({"--out", "p.png"}));
  ASSERT_EQ(file.status, 0) << file.err;
  const ChildResult piped = at_home(with({"--out", "-"}));
  const auto png = read_file(folder_ / "p.png", 1 << 24).value();
  EXPECT_EQ(piped.out, std::string(reinterpret_cast<const char*>(png.data()), png.size()));
  const json report = json::parse(at_home(with({"--out", "p.png", "--json"})).out);
  EXPECT_EQ(report["tensors"], json::array({"act/1"}));
  EXPECT_EQ(geoneuron(with({"--out", "-", "--json"})).status, 2);
}

TEST_F(ProgramRun, DrawsTheSamePictureOnLavapipe) {
  if (!has_lavapipe()) GTEST_SKIP() << "lavapipe is not installed";
  const auto picture = [&](const std::string& device) {
    return run_child(GEONEURON_PROGRAM,
                     {"render", "model.onnx", "--input", "x.npy", "--view", "activation_map",
                      "--tensor", "act/1", "--device", device, "--out", "-"},
                     folder_.path());
  };
  const ChildResult lavapipe = picture("lavapipe");
  EXPECT_EQ(lavapipe.status, 0) << lavapipe.err;
  EXPECT_TRUE(lavapipe.out == picture("cpu").out);
}

TEST_F(ProgramRun, RendersWeightsByTheirName) {
  ModelMaker maker(13);
  maker.input("x", {1, 1, 2, 2}).output("y");
  maker.initializer("weights", {2, 2});
  maker.node("Add", {"x", "weights"}, {"y"}, "add");
  save("weighted.onnx", maker.bytes());
  const ChildResult result = at_home({"render", "weighted.onnx", "--input", "x.npy", "--view",
                                      "feature_grid", "--tensor", "weights", "--out", "w.png"});
  EXPECT_EQ(result.status, 0) << result.err;
  const json model = json::parse(at_home({"inspect", "weighted.onnx", "--json"}).out);
  EXPECT_EQ(model["weights"][0]["name"], "weights");
  EXPECT_EQ(model["weights"][0]["shape"], json::array({2, 2}));
  EXPECT_THAT(at_home({"inspect", "weighted.onnx"}).out,
              HasSubstr("weights:\n  weights  float32  2x2\n"));
  expect_refusal({"render", "weighted.onnx", "--input", "x.npy", "--view", "feature_grid",
                  "--tensor", "nothing/like/it", "--out", "w2.png"},
                 {"geoneuron inspect"});
}

TEST_F(ProgramRun, RenderSuggestsTheNearestNames) {
  const auto render = [](const std::string& view, const std::string& tensor,
                         const std::string& parameter) {
    return std::vector<std::string>{"render",  "model.onnx", "--input",  "x.npy",
                                    "--view",  view,         "--tensor", tensor,
                                    "--param", parameter,    "--out",    "p.png"};
  };
  expect_refusal(render("activation_map", "akt/1", "scale=1"), {"did you mean act/1"});
  expect_refusal(render("activation_map", "#99", "scale=1"), {"#0 to #2"});
  const auto expect_usage_error = [&](const std::string& view, const std::string& parameter,
                                      const std::string& words) {
    const ChildResult result = at_home(render(view, "#1", parameter));
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(words));
  };
  expect_usage_error("activation_mop", "scale=1", "did you mean activation_map");
  expect_usage_error("activation_map", "scael=1", "did you mean scale");
  expect_usage_error("activation_map", "scale=0", "from 1 to 64");
  expect_usage_error("activation_map", "scale", "NAME=VALUE");
  expect_usage_error("activation_map", "scael=1", "`geoneuron views` lists");
}

TEST_F(ProgramRun, ATensorThatAViewNeedsIsAskedForBeforeAnythingRuns) {
  for (const char* view : {"activation_map", "feature_grid", "histogram"}) {
    const ChildResult result =
        at_home({"render", "absent.onnx", "--view", view, "--out", "p.png", "--json"});
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(std::string("--tensor is required by ") + view));
    EXPECT_THAT(result.err, HasSubstr("geoneuron inspect absent.onnx"));
  }
  expect_refusal({"render", "absent.onnx", "--view", "neuron_graph", "--out", "p.png"},
                 {"absent.onnx"});
}

}  // namespace
}  // namespace geoneuron::cli
