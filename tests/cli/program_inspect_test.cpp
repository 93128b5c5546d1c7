// SPDX-License-Identifier: MIT
// `geoneuron inspect` on networks that can be run and on those that cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/program_run_fixture.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using perception::ModelMaker;
using testing::HasSubstr;
using testing::Not;

class ProgramInspect : public ProgramRun {};

TEST_F(ProgramInspect, TellsAboutTheModel) {
  const ChildResult text = at_home({"inspect", "model.onnx", "--passes"});
  ASSERT_EQ(text.status, 0) << text.err;
  for (const char* word : {"#0", "act/1", "Relu", "1x1x2x2", "not supported: nothing", "passes"})
    EXPECT_THAT(text.out, HasSubstr(word));
  const json model = json::parse(at_home({"inspect", "model.onnx", "--json"}).out);
  EXPECT_EQ(model["layers"][1]["operator"], "Neg");
  EXPECT_EQ(model["layers"][0]["outputs"][0]["number"], 1);
  EXPECT_EQ(model["inputs"][0]["shape"], json::array({1, 1, 2, 2}));
}

TEST_F(ProgramInspect, DoesNotCallAModelRunnableWhoseShapesDoNotFit) {
  ModelMaker maker(13);
  maker.input("x", {1, 2, 2, 2}).output("y");
  maker.initializer("w", {4, 3, 1, 1});
  maker.node("Conv", {"x", "w"}, {"y"}, "conv");
  save("misfit.onnx", maker.bytes());
  const ChildResult text = at_home({"inspect", "misfit.onnx"});
  ASSERT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("shapes: conv: weights 4x3x1x1: axis 1 must be 2"));
  EXPECT_THAT(text.out, Not(HasSubstr("can be run")));
  EXPECT_THAT(text.out, HasSubstr("operations: unknown\n"));
}

TEST_F(ProgramInspect, CountsNoOperationsWhileShapesAreOpen) {
  ModelMaker maker(13);
  maker.input("x", {-1, 1, -1, 2}).output("y");
  maker.node("Relu", {"x"}, {"y"}, "relu");
  save("open.onnx", maker.bytes());
  const ChildResult text = at_home({"inspect", "open.onnx"});
  EXPECT_THAT(text.out, HasSubstr("operations: unknown; give --shape\n"));
  EXPECT_THAT(text.out, Not(HasSubstr("can be run")));
  const json open = json::parse(at_home({"inspect", "open.onnx", "--json"}).out);
  EXPECT_TRUE(open["operations"].is_null());
  EXPECT_TRUE(open["layers"][0]["operations"].is_null());
  const ChildResult told = at_home({"inspect", "open.onnx", "--shape", "x=1,1,2,2"});
  EXPECT_THAT(told.out, HasSubstr("operations: 4 per run\n"));
  EXPECT_THAT(told.out, HasSubstr("this model can be run"));
}

TEST_F(ProgramInspect, BlamesTheModelForExtentsThatNoTensorCanHave) {
  for (const int64_t batch : {int64_t{1}, int64_t{-1}}) {
    ModelMaker maker(13);
    maker.input("x", {batch, int64_t{1} << 40, int64_t{1} << 40}).output("y");
    maker.node("Relu", {"x"}, {"y"}, "relu");
    save("huge.onnx", maker.bytes());
    const ChildResult text = at_home({"inspect", "huge.onnx"});
    EXPECT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("shapes: input \"x\": declared as "));
    EXPECT_THAT(text.out, HasSubstr("no tensor can have"));
    EXPECT_THAT(text.out, Not(HasSubstr("give --shape")));
  }
}

TEST_F(ProgramInspect, RefusesAShapeThatTheNetworkCannotTake) {
  ModelMaker maker(13);
  maker.input("x", {-1, -1}).output("y");
  maker.initializer("w", {4, 3});
  maker.node("MatMul", {"x", "w"}, {"y"}, "product");
  save("open.onnx", maker.bytes());
  expect_refusal({"inspect", "open.onnx", "--shape", "x=1,5"},
                 {"--shape x=1x5: the network cannot take it: product: ",
                  "give --shape with extents that it takes"});
  EXPECT_EQ(at_home({"inspect", "open.onnx", "--shape", "x=1,4"}).status, 0);
}

TEST_F(ProgramInspect, ShowsNoControlCharactersOfAModel) {
  const auto is_clean = [](const std::string& text) {
    return std::ranges::none_of(text,
                                [](char c) { return (c >= 0 && c < 32 && c != '\n') || c == 127; });
  };
  ModelMaker maker(13);
  maker.graph().set_name("g\x1b[2J");
  maker.proto().set_producer_name("p\rq");
  maker.input("x", {4}).output("y");
  maker.node("Relu", {"x"}, {"a\x1b[31mRED\nfake line"}, "n\x1b]0;title\x07");
  maker.node("Reshape", {"a\x1b[31mRED\nfake line", "s"}, {"y"}, "r\x1b[2J\nr");
  maker.initializer("s", {1}, onnx::TensorProto::INT64).add_int64_data(3);
  save("escape.onnx", maker.bytes());
  const ChildResult told = at_home({"inspect", "escape.onnx", "--passes"});
  EXPECT_THAT(told.out, HasSubstr("a?[31mRED?fake line"));
  EXPECT_THAT(told.out, HasSubstr("r?[2J?r"));
  EXPECT_TRUE(is_clean(told.out) && is_clean(told.err)) << told.out << told.err;
  save_tensor("four.npy", {4}, {1, 2, 3, 4});
  const ChildResult refused =
      at_home({"run", "escape.onnx", "--input", "four.npy", "--out", "out"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("r?[2J?r"));
  EXPECT_TRUE(is_clean(refused.err)) << refused.err;
}

TEST_F(ProgramInspect, EscapesControlCharactersInJson) {
  const std::string name = "a\u009b2J\x7f\x1b[31m\u00d7";
  ModelMaker maker(13);
  maker.input("x", {1, 1, 2, 2}).output("y");
  maker.node("Relu", {"x"}, {name}, "relu");
  maker.node("Neg", {name}, {"y"}, "neg");
  save("escape.onnx", maker.bytes());
  const auto expect_escaped = [&](const std::string& text) {
    EXPECT_THAT(text, HasSubstr("a\\u009b2J\\u007f\\u001b[31m\u00d7"));
    for (const char* raw : {"\u009b", "\x7f", "\x1b"}) EXPECT_THAT(text, Not(HasSubstr(raw)));
  };
  const std::string told = at_home({"inspect", "escape.onnx", "--json"}).out;
  expect_escaped(told);
  EXPECT_EQ(json::parse(told)["layers"][0]["outputs"][0]["name"], name);
  ASSERT_EQ(
      at_home({"run", "escape.onnx", "--input", "x.npy", "--keep", "all", "--out", "out"}).status,
      0);
  const auto bytes = read_file(folder_ / "out/manifest.json", 1 << 20).value();
  expect_escaped(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

TEST_F(ProgramInspect, FollowsShapesThatAreComputed) {
  ModelMaker maker(13);
  maker.input("x", {2, 6}).output("y");
  maker.node("Shape", {"x"}, {"shape"}, "shape_node");
  maker.node("Add", {"shape", "change"}, {"wanted"}, "add");
  maker.node("Reshape", {"x", "wanted"}, {"y"}, "reshape");
  onnx::TensorProto& change = maker.initializer("change", {2}, onnx::TensorProto::INT64);
  for (const int64_t number : {1, -2}) change.add_int64_data(number);
  save("computed.onnx", maker.bytes());
  const ChildResult result = at_home({"inspect", "computed.onnx", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["layers"][2]["outputs"][0]["shape"], json::array({3, 4}));
}

TEST_F(ProgramInspect, MeasuresPasses) {
  const ChildResult result = at_home({"inspect", "model.onnx", "--passes", "--measure", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json passes = json::parse(result.out)["passes"];
  EXPECT_FALSE(passes["passes"].empty());
  EXPECT_GT(passes["unoptimized_ns"], 0);
  EXPECT_EQ(passes["device"]["id"], "cpu");
  EXPECT_EQ(passes["device"]["reason"], "asked for");
  EXPECT_EQ(passes["algorithms"].size(), 2u);
  EXPECT_NE(passes["algorithms"][0]["algorithm"], "");
  EXPECT_THAT(at_home({"inspect", "model.onnx", "--passes", "--measure"}).out,
              HasSubstr("measured on: cpu, "));
  EXPECT_EQ(geoneuron({"inspect", "model.onnx", "--measure"}).status, 2);
}

TEST_F(ProgramInspect, TellsWhatIsNotSupported) {
  ModelMaker unknown(13);
  unknown.input("x", {2}).output("y");
  unknown.node("Frobnicate", {"x"}, {"y"}, "frob");
  save("unknown.onnx", unknown.bytes());
  const ChildResult result = at_home({"inspect", "unknown.onnx"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("not supported:\n"));
  EXPECT_THAT(result.out, HasSubstr("Frobnicate"));
  expect_refusal({"inspect", "unknown.onnx", "--passes"}, {"Frobnicate"});
}

}  // namespace
}  // namespace geoneuron::cli
