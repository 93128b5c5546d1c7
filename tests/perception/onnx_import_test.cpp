// SPDX-License-Identifier: MIT
#include "perception/onnx_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "perception/onnx_models.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// x -> Relu -> h -> Conv(w) -> y
ModelMaker small() {
  ModelMaker maker(13);
  maker.input("x", {1, 1, 4, 4}).output("y");
  maker.initializer("w", {2, 1, 3, 3});
  maker.node("Relu", {"x"}, {"h"});
  set_ints(maker.node("Conv", {"h", "w"}, {"y"}), "kernel_shape", {3, 3});
  return maker;
}

Result<Model> parse(const std::string& bytes) {
  return parse_onnx(std::as_bytes(std::span(bytes.data(), bytes.size())), "");
}

TEST(OnnxImport, ReadsASmallModel) {
  const Model model = small().load().value();
  ASSERT_EQ(model.graph.nodes.size(), 2u);
  EXPECT_EQ(model.graph.nodes[0].name, "Relu_0");
  EXPECT_EQ(model.graph.nodes[1].name, "Conv_1");
  EXPECT_EQ(model.graph.at(model.graph.inputs.at(0)).name, "x");
  EXPECT_EQ(model.graph.at(model.graph.outputs.at(0)).name, "y");
  EXPECT_EQ(model.parameter_count, 18u);
  EXPECT_EQ(model.opset, 13);
  EXPECT_EQ(model.digest.size(), 32u);
}

TEST(OnnxImport, TheDigestFollowsTheBytes) {
  ModelMaker other = small();
  other.graph().mutable_initializer(0)->set_float_data(0, 2);
  EXPECT_EQ(small().load()->digest, small().load()->digest);
  EXPECT_NE(small().load()->digest, other.load()->digest);
}

TEST(OnnxImport, KeepsSymbolsOfDeclaredShapes) {
  ModelMaker maker = small();
  auto* shape = maker.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
  shape->mutable_shape()->mutable_dim(0)->set_dim_param("N");
  const Model model = maker.load().value();
  const auto& declared = model.graph.at(model.graph.inputs[0]).declared;
  EXPECT_EQ((*declared.dimensions)[0].symbol, "N");
  EXPECT_EQ((*declared.dimensions)[1].extent, 1);
}

TEST(OnnxImport, AnInitialiserThatIsAlsoAnInputIsAConstant) {
  ModelMaker maker = small();
  maker.input("w", {2, 1, 3, 3});
  EXPECT_EQ(maker.load()->graph.inputs.size(), 1u);
}

TEST(OnnxImport, ConstantsBecomeValues) {
  ModelMaker maker(13);
  maker.input("x", {2}).output("y");
  maker.node("Add", {"x", "c"}, {"y"});
  auto& attribute = add_attribute(maker.node("Constant", {}, {"c"}), "value_floats");
  attribute.set_type(onnx::AttributeProto::FLOATS);
  attribute.add_floats(3);
  attribute.add_floats(4);
  const Model model = maker.load().value();
  ASSERT_EQ(model.graph.nodes.size(), 1u);
  const Tensor& constant = *model.graph.at(model.graph.nodes[0].inputs[1]).constant;
  EXPECT_EQ(constant.values<float>()[1], 4);
}

TEST(OnnxImport, PutsNodesInOrder) {
  ModelMaker maker(13);
  maker.input("x", {2}).output("y");
  maker.node("Exp", {"b"}, {"y"});
  maker.node("Neg", {"a"}, {"b"});
  maker.node("Abs", {"x"}, {"a"});
  const Model model = maker.load().value();
  EXPECT_EQ(model.graph.nodes[0].name, "Abs_2");
  EXPECT_EQ(model.graph.nodes[2].name, "Exp_0");
}

TEST(OnnxImport, MakesNodeNamesUnique) {
  ModelMaker maker(13);
  maker.input("x", {2}).output("y");
  maker.node("Exp", {"x"}, {"a"}, "n");
  maker.node("Exp", {"a"}, {"b"}, "n");
  maker.node("Exp", {"b"}, {"y"}, "n");
  std::set<std::string> names;
  const Graph graph = maker.load()->graph;
  for (const Node& node : graph.nodes) names.insert(node.name);
  EXPECT_EQ(names.size(), 3u);
}

TEST(OnnxImport, ReadsEveryFormOfTensorData) {
  ModelMaker maker = small();
  const float raw[] = {1.5f, -2};
  maker.initializer("raw", {0}).set_raw_data(raw, sizeof raw);
  maker.graph().mutable_initializer(1)->set_dims(0, 2);
  auto& halves = maker.initializer("halves", {1}, onnx::TensorProto::FLOAT16);
  halves.add_int32_data(0x3c00);
  auto& bools = maker.initializer("bools", {2}, onnx::TensorProto::BOOL);
  bools.set_raw_data(std::string("\x02\x00", 2));
  const Graph graph = maker.load()->graph;
  EXPECT_EQ(graph.at(*graph.find("raw")).constant->values<float>()[1], -2);
  EXPECT_EQ(graph.at(*graph.find("halves")).constant->to_float32()->values<float>()[0], 1);
  EXPECT_EQ(graph.at(*graph.find("bools")).constant->bytes()[0], std::byte{1});
}

TEST(OnnxImport, SurvivesEveryTruncation) {
  const std::string bytes = small().bytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const auto model = parse(bytes.substr(0, length));
    EXPECT_TRUE(model.has_value() || !model.error().message.empty()) << length;
  }
}

TEST(OnnxImport, SurvivesFlippedBytes) {
  const std::string bytes = small().bytes();
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)parse(damaged).has_value();
  }
}

// One sentence for each way in which a model can be wrong.
TEST(OnnxImport, RefusesWhatIsNoModel) {
  EXPECT_EQ(parse("").error().message, "is empty; must be an ONNX model");
  EXPECT_THAT(parse("hello, world").error().message, HasSubstr("no ONNX model"));
  EXPECT_EQ(parse("\x08\x08").error().message, "holds no graph; must be an ONNX model");
  EXPECT_EQ(load_onnx("/nonexistent.onnx").error().code, ENOENT);
}

TEST(OnnxImport, RefusesAModelWithoutOutputs) {
  ModelMaker maker = small();
  maker.graph().clear_output();
  EXPECT_THAT(maker.refusal(), HasSubstr("has no outputs"));
  maker.output("z");
  EXPECT_EQ(maker.refusal(), "output \"z\": nothing produces it");
}

TEST(OnnxImport, RefusesMissingAndDoubledOperatorSets) {
  ModelMaker maker = small();
  maker.proto().clear_opset_import();
  EXPECT_THAT(maker.refusal(), HasSubstr("opset_import: has no version"));
  maker.proto().add_opset_import()->set_version(13);
  maker.proto().add_opset_import()->set_version(14);
  EXPECT_THAT(maker.refusal(), HasSubstr("names the default domain twice"));
}

TEST(OnnxImport, RefusesCycles) {
  ModelMaker maker(13);
  maker.input("x", {2}).output("y");
  maker.node("Abs", {"x"}, {"a"});
  maker.node("Add", {"a", "c"}, {"b"});
  maker.node("Neg", {"b"}, {"c"});
  maker.node("Exp", {"c"}, {"y"});
  EXPECT_THAT(maker.refusal(), HasSubstr("depends on its own result"));
  EXPECT_THAT(maker.refusal(), testing::AnyOf(StartsWith("Add_1"), StartsWith("Neg_2")));
}

TEST(OnnxImport, RefusesAValueProducedTwice) {
  ModelMaker maker = small();
  maker.node("Abs", {"x"}, {"h"}, "again");
  EXPECT_EQ(maker.refusal(), "again: produces \"h\", which Relu_0 already gives");
}

TEST(OnnxImport, RefusesAValueThatNothingProduces) {
  ModelMaker maker = small();
  maker.graph().mutable_node(0)->set_input(0, "ghost");
  EXPECT_EQ(maker.refusal(), "Relu_0: reads \"ghost\", which nothing produces");
}

TEST(OnnxImport, RefusesUnknownOperatorsDomainsAndFunctions) {
  ModelMaker maker = small();
  maker.graph().mutable_node(0)->set_op_type("LSTM");
  EXPECT_EQ(maker.load().error().code, ENOTSUP);
  EXPECT_EQ(maker.refusal(), "LSTM_0: operator \"LSTM\" of set 13 is not supported");
  maker.graph().mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(maker.refusal(), HasSubstr("of domain \"com.example\" is not supported"));
  auto* function = maker.proto().add_functions();
  function->set_domain("com.example");
  function->set_name("LSTM");
  EXPECT_THAT(maker.refusal(), HasSubstr("functions are not supported"));
}

TEST(OnnxImport, RefusesSubgraphs) {
  ModelMaker maker = small();
  auto& node = *maker.graph().mutable_node(0);
  node.set_op_type("If");
  add_attribute(node, "then_branch").mutable_g();
  EXPECT_THAT(maker.refusal(), HasSubstr("has a subgraph"));
}

TEST(OnnxImport, RefusesAttributesOfTheWrongType) {
  ModelMaker maker = small();
  auto* attribute = maker.graph().mutable_node(1)->mutable_attribute(0);
  attribute->set_type(onnx::AttributeProto::FLOAT);
  EXPECT_EQ(maker.refusal(), "Conv_1: attribute \"kernel_shape\": is of type FLOAT; must be INTS");
}

TEST(OnnxImport, RefusesUnknownAndDoubledAttributes) {
  ModelMaker maker = small();
  set_ints(*maker.graph().mutable_node(1), "kernel_shape", {3, 3});
  EXPECT_EQ(maker.refusal(), "Conv_1: attribute \"kernel_shape\": is given twice");
  maker.graph().mutable_node(1)->mutable_attribute(1)->set_name("shape");
  EXPECT_THAT(maker.refusal(), HasSubstr("attribute \"shape\": is not defined for Conv"));
}

TEST(OnnxImport, RefusesMissingAndSurplusOperands) {
  ModelMaker maker = small();
  maker.graph().mutable_node(1)->mutable_input()->RemoveLast();
  EXPECT_EQ(maker.refusal(), "Conv_1: operand 1 is missing; Conv needs 2");
  maker = small();
  maker.graph().mutable_node(0)->add_input("x");
  EXPECT_EQ(maker.refusal(), "Relu_0: has 2 operands; Relu takes at most 1");
  maker.graph().mutable_node(0)->clear_input();
  EXPECT_EQ(maker.refusal(), "Relu_0: operand 0 is missing; Relu needs it");
}

TEST(OnnxImport, ASplitCountsTheResultsThatItLeavesOut) {
  ModelMaker maker(13);
  maker.input("x", {1, 2, 5, 6}).output("a");
  set_int(maker.node("Split", {"x"}, {"a", ""}, "s"), "axis", 3);
  const Model model = maker.load().value();
  const Node& node = model.graph.nodes.at(0);
  ASSERT_EQ(node.outputs.size(), 2u);
  ASSERT_NE(node.outputs[1], kNoValue);
  EXPECT_EQ(model.graph.at(node.outputs[1]).name, "s.result1");
  const Operand x{{DataType::kFloat32, {1, 2, 5, 6}}, nullptr};
  const auto infos = infer(node, std::span(&x, 1)).value();
  EXPECT_EQ(infos[0].shape, Shape({1, 2, 5, 3}));
}

TEST(OnnxImport, AResultLeftOutBeforeAnotherIsComputedAllTheSame) {
  ModelMaker maker(13);
  maker.input("x", {1, 2, 3, 3}).output("i");
  set_ints(maker.node("MaxPool", {"x"}, {"", "i"}, "pool"), "kernel_shape", {2, 2});
  const Model model = maker.load().value();
  EXPECT_NE(model.graph.nodes.at(0).outputs.at(0), kNoValue);
  maker.graph().mutable_node(0)->mutable_output()->Clear();
  maker.graph().mutable_node(0)->add_output("");
  EXPECT_EQ(maker.refusal(), "pool: has no results; must have at least one");
}

TEST(OnnxImport, RefusesElementTypesThatItLacks) {
  ModelMaker maker = small();
  maker.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::BFLOAT16);
  EXPECT_THAT(maker.refusal(), HasSubstr("tensor \"w\": element type BFLOAT16 is not supported"));
  maker = small();
  maker.graph().mutable_initializer(0)->set_data_type(77);
  EXPECT_THAT(maker.refusal(), HasSubstr("element type number 77"));
  maker = small();
  maker.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
  EXPECT_THAT(maker.refusal(), HasSubstr("only tensors are supported"));
}

TEST(OnnxImport, RefusesTensorsWhoseSizesDisagree) {
  ModelMaker maker = small();
  auto* tensor = maker.graph().mutable_initializer(0);
  tensor->mutable_float_data()->RemoveLast();
  EXPECT_THAT(maker.refusal(), HasSubstr("has 17 elements of data; must have 18"));
  tensor->set_raw_data("abc");
  EXPECT_THAT(maker.refusal(), HasSubstr("has 3 bytes of data; must have 72"));
  tensor->set_dims(0, -1);
  EXPECT_THAT(maker.refusal(), HasSubstr("must not be negative"));
  tensor->set_dims(0, int64_t{1} << 62);
  EXPECT_THAT(maker.refusal(), HasSubstr("more than 2^40 elements"));
}

TEST(OnnxImport, RefusesAMillionDimensions) {
  ModelMaker maker = small();
  auto* tensor = maker.graph().mutable_initializer(0);
  for (int i = 0; i < 1000000; ++i) tensor->add_dims(1);
  EXPECT_THAT(maker.refusal(), HasSubstr("has rank 1000004; at most 16"));
  maker = small();
  auto* shape =
      maker.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (int i = 0; i < 1000000; ++i) shape->add_dim()->set_dim_value(1);
  EXPECT_THAT(maker.refusal(), HasSubstr("has rank 1000004; at most 16"));
}

TEST(OnnxImport, RefusesNumbersThatDoNotFitTheirType) {
  ModelMaker maker = small();
  maker.initializer("bytes", {1}, onnx::TensorProto::INT8).add_int32_data(300);
  EXPECT_THAT(maker.refusal(), HasSubstr("element 0 does not fit into its type"));
}

TEST(OnnxImport, RefusesDoubledInitialisersAndInputs) {
  ModelMaker maker = small();
  maker.initializer("w", {1});
  EXPECT_EQ(maker.refusal(), "initialiser \"w\": is given twice");
  maker = small();
  maker.input("x", {1});
  EXPECT_EQ(maker.refusal(), "input \"x\": is listed twice");
}

TEST(OnnxImport, RefusesSparseInitialisers) {
  ModelMaker maker = small();
  maker.graph().add_sparse_initializer();
  EXPECT_THAT(maker.refusal(), HasSubstr("sparse initialisers are not supported"));
}

TEST(OnnxImport, RefusesConstantsWithoutAValue) {
  ModelMaker maker = small();
  onnx::NodeProto& node = maker.node("Constant", {}, {"c"}, "k");
  EXPECT_EQ(maker.refusal(), "k: has 0 attributes; a Constant has exactly one");
  set_string(node, "value_string", "text");
  EXPECT_THAT(maker.refusal(), HasSubstr("strings, which are not supported"));
}

TEST(OnnxImport, RefusesEndlessNames) {
  ModelMaker maker = small();
  maker.graph().mutable_node(0)->set_name(std::string(1 << 20, 'n'));
  const std::string sentence = maker.refusal();
  EXPECT_THAT(sentence, HasSubstr("has 1048576 bytes; at most 4096"));
  EXPECT_LT(sentence.size(), 1000u);
}

TEST(OnnxImport, ManyEqualNamesTakeNoTimeSquared) {
  ModelMaker maker(11);
  maker.input("x", {1}).output("v0");
  std::string last = "x";
  for (int i = 0; i < 50000; ++i) {
    const std::string next = "v" + std::to_string(i);
    set_ints(maker.node("Unsqueeze", {"x"}, {next}, "n"), "axes", {0});
  }
  EXPECT_EQ(maker.load()->graph.nodes.size(), 50000u);
}

TEST(OnnxImport, CountsTheOtherNodesThatAreNotSupported) {
  ModelMaker maker(13);
  maker.input("x", {2}).output("b");
  maker.node("LSTM", {"x"}, {"a"});
  maker.node("GRU", {"a"}, {"b"});
  EXPECT_EQ(maker.refusal(), "LSTM_0: operator \"LSTM\" of set 13 is not supported (and 1 more)");
}

}  // namespace
}  // namespace geoneuron::perception
