// SPDX-License-Identifier: MIT
// Every form that operators had in old sets must arrive in the canonical one.
#include "perception/onnx_legacy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "perception/onnx_models.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A model with one node of `op` over x (1x3x4x4) and whatever `change` adds.
ModelMaker one_node(int64_t opset, const std::string& op,
                    const std::function<void(onnx::NodeProto&)>& change = {}) {
  ModelMaker maker(opset);
  maker.input("x", {1, 3, 4, 4}).output("y");
  onnx::NodeProto& node = maker.node(op, {"x"}, {"y"}, "n");
  if (change) change(node);
  return maker;
}

struct Loaded {
  Graph graph;
  Node node;  // the last one

  std::vector<int64_t> list(size_t position) const {
    return graph.at(node.inputs.at(position)).constant.value().to_int64s().value();
  }
  float number(size_t position) const {
    return graph.at(node.inputs.at(position)).constant.value().values<float>()[0];
  }
};

Loaded loaded(const ModelMaker& maker) {
  auto model = maker.load();
  if (!model.has_value()) ADD_FAILURE() << model.error().message;
  Graph graph = std::move(model).value().graph;
  Node last = graph.nodes.back();
  return {std::move(graph), std::move(last)};
}

TEST(OnnxLegacy, ClipBoundsBecomeOperands) {
  const Loaded result = loaded(one_node(6, "Clip", [](auto& node) {
    set_float(node, "min", -1);
    set_float(node, "max", 6);
  }));
  EXPECT_EQ(result.number(1), -1);
  EXPECT_EQ(result.number(2), 6);
  EXPECT_TRUE(result.node.attributes.all().empty());
}

TEST(OnnxLegacy, AClipWithoutAMinimumKeepsItsPlaceEmpty) {
  const Loaded result = loaded(one_node(6, "Clip", [](auto& node) { set_float(node, "max", 6); }));
  EXPECT_EQ(result.node.inputs.at(1), kNoValue);
  EXPECT_EQ(result.number(2), 6);
}

TEST(OnnxLegacy, SliceAttributesBecomeOperands) {
  const Loaded result = loaded(one_node(9, "Slice", [](auto& node) {
    set_ints(node, "starts", {0, 1});
    set_ints(node, "ends", {1, 3});
    set_ints(node, "axes", {0, 2});
  }));
  EXPECT_THAT(result.list(1), ElementsAre(0, 1));
  EXPECT_THAT(result.list(2), ElementsAre(1, 3));
  EXPECT_THAT(result.list(3), ElementsAre(0, 2));
}

TEST(OnnxLegacy, PadOfSetsOneAndTwoBecomesOperands) {
  for (const auto& [opset, name] : {std::pair(1, "paddings"), std::pair(2, "pads")}) {
    const Loaded result = loaded(one_node(opset, "Pad", [name = name](auto& node) {
      set_ints(node, name, {0, 0, 1, 1, 0, 0, 1, 1});
      set_float(node, "value", 2);
      set_string(node, "mode", "constant");
    }));
    EXPECT_EQ(result.list(1).size(), 8u);
    EXPECT_EQ(result.number(2), 2);
    EXPECT_EQ(result.node.attributes.text("mode", ""), "constant");
  }
}

TEST(OnnxLegacy, AxesOfSqueezeUnsqueezeAndMeanBecomeOperands) {
  for (const char* op : {"Squeeze", "Unsqueeze", "ReduceMean"}) {
    const Loaded result = loaded(one_node(11, op, [](auto& node) { set_ints(node, "axes", {0}); }));
    EXPECT_THAT(result.list(1), ElementsAre(0)) << op;
  }
}

TEST(OnnxLegacy, SplitSizesBecomeAnOperand) {
  const Loaded result = loaded(one_node(2, "Split", [](auto& node) {
    node.add_output("z");
    set_int(node, "axis", 1);
    set_ints(node, "split", {1, 2});
  }));
  EXPECT_THAT(result.list(1), ElementsAre(1, 2));
}

TEST(OnnxLegacy, SplitIntoANumberOfPartsNeedsThatManyResults) {
  const auto split = [](int64_t parts) {
    return one_node(18, "Split", [parts](auto& node) {
      node.add_output("z");
      set_int(node, "num_outputs", parts);
    });
  };
  EXPECT_FALSE(loaded(split(2)).node.attributes.has("num_outputs"));
  EXPECT_THAT(split(3).refusal(), HasSubstr("num_outputs 3: must be the node's 2 results"));
}

TEST(OnnxLegacy, SoftmaxFlattensBeforeSetThirteen) {
  const Loaded old = loaded(one_node(11, "Softmax"));
  EXPECT_EQ(old.node.attributes.integer("flattened", 0), 1);
  EXPECT_EQ(old.node.attributes.integer("axis", -1), 1);
  EXPECT_FALSE(loaded(one_node(13, "Softmax")).node.attributes.has("flattened"));
}

TEST(OnnxLegacy, AnExplicitBroadcastAxisBecomesAnUnsqueeze) {
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Pow"}) {
    const Loaded result = loaded(one_node(6, op, [](auto& node) {
                                   node.add_input("b");
                                   set_int(node, "broadcast", 1);
                                   set_int(node, "axis", 1);
                                 }).input("b", {3}));
    ASSERT_EQ(result.graph.nodes.size(), 2u) << op;
    const Node& unsqueeze = result.graph.nodes[0];
    EXPECT_EQ(unsqueeze.op, Operator::kUnsqueeze);
    EXPECT_EQ(result.node.inputs[1], unsqueeze.outputs[0]);
    const auto axes = result.graph.at(unsqueeze.inputs[1]).constant.value().to_int64s().value();
    EXPECT_THAT(axes, ElementsAre(1, 2));
  }
}

TEST(OnnxLegacy, ABroadcastAtTheEndNeedsNothing) {
  const Loaded result = loaded(one_node(6, "Add", [](auto& node) {
                                 node.add_input("b");
                                 set_int(node, "broadcast", 1);
                                 set_int(node, "axis", 3);
                               }).input("b", {4}));
  EXPECT_EQ(result.graph.nodes.size(), 1u);
}

TEST(OnnxLegacy, ABroadcastAxisThatDoesNotFitIsRefused) {
  EXPECT_THAT(one_node(6, "Add",
                       [](auto& node) {
                         node.add_input("b");
                         set_int(node, "broadcast", 1);
                         set_int(node, "axis", 3);
                       })
                  .input("b", {4, 4})
                  .refusal(),
              HasSubstr("axis 3: operand 1 of rank 2 does not fit"));
}

TEST(OnnxLegacy, ReshapeOfSetOneTakesItsShapeFromTheAttribute) {
  const Loaded result = loaded(one_node(1, "Reshape", [](auto& node) {
    set_ints(node, "shape", {3, -1});
  }));
  EXPECT_THAT(result.list(1), ElementsAre(3, -1));
}

TEST(OnnxLegacy, CastOfSetOneNamesItsType) {
  const auto cast = [](const char* type) {
    return one_node(1, "Cast", [type](auto& node) { set_string(node, "to", type); });
  };
  EXPECT_EQ(loaded(cast("INT64")).node.attributes.integer("to", 0), 7);
  EXPECT_THAT(cast("STRING").refusal(), HasSubstr("to: \"STRING\""));
}

TEST(OnnxLegacy, ConcatOfSetOneJoinsChannels) {
  EXPECT_EQ(loaded(one_node(1, "Concat")).node.attributes.integer("axis", 9), 1);
}

TEST(OnnxLegacy, ConsumedInputsAreDropped) {
  const auto relu = [](int64_t opset) {
    return one_node(opset, "Relu", [](auto& node) { set_ints(node, "consumed_inputs", {0}); });
  };
  EXPECT_TRUE(loaded(relu(1)).node.attributes.all().empty());
  EXPECT_THAT(relu(6).refusal(), HasSubstr("not defined for Relu of set 6"));
}

TEST(OnnxLegacy, DropoutForInferenceIsAnIdentity) {
  EXPECT_EQ(
      loaded(one_node(7, "Dropout", [](auto& node) { set_float(node, "ratio", 0.3f); })).node.op,
      Operator::kIdentity);
  const auto six = [](int64_t is_test) {
    return one_node(6, "Dropout", [is_test](auto& node) { set_int(node, "is_test", is_test); });
  };
  EXPECT_EQ(loaded(six(1)).node.op, Operator::kIdentity);
  EXPECT_THAT(six(0).refusal(), HasSubstr("is_test 0 (training) is not supported"));
}

TEST(OnnxLegacy, DropoutKeepsItsMask) {
  const Loaded result = loaded(one_node(13, "Dropout", [](auto& node) { node.add_output("m"); }));
  EXPECT_EQ(result.node.op, Operator::kDropout);
  EXPECT_EQ(result.node.outputs.size(), 2u);
}

TEST(OnnxLegacy, RandomDropoutIsRefused) {
  ModelMaker maker = one_node(13, "Dropout", [](auto& node) {
    node.add_input("");
    node.add_input("t");
  });
  maker.initializer("t", {}, onnx::TensorProto::BOOL).add_int32_data(1);
  EXPECT_THAT(maker.refusal(), HasSubstr("training is random"));
}

TEST(OnnxLegacy, ResizeOfSetTenIsAsymmetricAndRoundsDown) {
  ModelMaker maker = one_node(10, "Resize", [](auto& node) { node.add_input("s"); });
  maker.initializer("s", {4});
  const Loaded result = loaded(maker);
  EXPECT_EQ(result.node.inputs.size(), 3u);
  EXPECT_EQ(result.node.inputs[1], kNoValue);
  EXPECT_EQ(result.node.attributes.text("coordinate_transformation_mode", ""), "asymmetric");
  EXPECT_EQ(result.node.attributes.text("nearest_mode", ""), "floor");
}

ModelMaker normalization(int64_t opset, int64_t spatial) {
  ModelMaker maker = one_node(opset, "BatchNormalization", [&](auto& node) {
    for (const char* name : {"s", "b", "m", "v"}) node.add_input(name);
    set_int(node, "spatial", spatial);
  });
  for (const char* name : {"s", "b", "m", "v"}) maker.initializer(name, {3});
  return maker;
}

TEST(OnnxLegacy, BatchNormalizationLosesItsOldAttributes) {
  ModelMaker maker = normalization(6, 1);
  set_int(*maker.graph().mutable_node(0), "is_test", 1);
  EXPECT_TRUE(loaded(maker).node.attributes.all().empty());
}

TEST(OnnxLegacy, BatchNormalizationPerActivationIsRefused) {
  EXPECT_THAT(normalization(7, 0).refusal(), HasSubstr("spatial: 0 is not supported"));
}

TEST(OnnxLegacy, BatchNormalizationForTrainingIsRefusedBeforeSetFourteen) {
  ModelMaker maker = normalization(7, 1);
  maker.graph().mutable_node(0)->add_output("mean");
  EXPECT_THAT(maker.refusal(), HasSubstr("must have one result"));
}

TEST(OnnxLegacy, GemmLosesItsBroadcast) {
  ModelMaker maker(6);
  maker.input("a", {2, 3}).input("b", {3, 4}).input("c", {4}).output("y");
  set_int(maker.node("Gemm", {"a", "b", "c"}, {"y"}), "broadcast", 1);
  EXPECT_FALSE(loaded(maker).node.attributes.has("broadcast"));
}

TEST(OnnxLegacy, RefusesFormsThatItLacksByOperatorSetAndNode) {
  const auto cast_to = [](int64_t type) {
    return one_node(13, "Cast", [type](auto& node) { set_int(node, "to", type); });
  };
  EXPECT_EQ(cast_to(onnx::TensorProto::BFLOAT16).load().error().code, ENOTSUP);
  EXPECT_THAT(cast_to(onnx::TensorProto::BFLOAT16).refusal(),
              HasSubstr("n: Cast of operator set 13: to: element type BFLOAT16 is not supported"));
  EXPECT_EQ(cast_to(onnx::TensorProto::STRING).load().error().code, ENOTSUP);
  ModelMaker resize = one_node(19, "Resize", [](auto& node) {
    node.add_input("");
    node.add_input("scales");
    set_string(node, "coordinate_transformation_mode", "half_pixel_symmetric");
  });
  resize.initializer("scales", {4});
  EXPECT_EQ(resize.load().error().code, ENOTSUP);
  EXPECT_THAT(resize.refusal(), HasSubstr("n: Resize of operator set 19: coordinate_transform"));
}

// 8589934593 is 1, float32, in its lower 32 bits.
TEST(OnnxLegacy, RefusesACastWhoseTypeIsNoNumberOfOnnx) {
  for (const int64_t type : {int64_t{8589934593}, int64_t{-4294967295}, int64_t{0}}) {
    ModelMaker maker = one_node(13, "Cast", [type](auto& node) { set_int(node, "to", type); });
    EXPECT_EQ(maker.load().error().code, EINVAL);
    EXPECT_THAT(maker.refusal(), HasSubstr("is no element type; must be that of float16"));
  }
  EXPECT_THAT(one_node(13, "Cast").refusal(), HasSubstr("to: is missing"));
}

TEST(OnnxLegacy, RefusesSetsBeyondTheKnown) {
  EXPECT_THAT(one_node(99, "Relu").refusal(),
              HasSubstr("n: Relu of operator set 99 is not supported; sets 1 to 27 are"));
  EXPECT_THAT(one_node(9, "Resize").refusal(), HasSubstr("sets 10 to 27"));
  EXPECT_THAT(one_node(28, "Relu").refusal(), HasSubstr("n: Relu of operator set 28"));
}

TEST(OnnxLegacy, AcceptsSetsThatOnlyAddedTypes) {
  for (const int64_t opset : {18, 19, 21, 23, 24, 25, 26, 27})
    EXPECT_TRUE(one_node(opset, "Relu").load().has_value()) << opset;
  const Loaded cast = loaded(one_node(25, "Cast", [](auto& node) {
    set_int(node, "to", onnx::TensorProto::INT64);
    set_string(node, "round_mode", "down");
  }));
  EXPECT_FALSE(cast.node.attributes.has("round_mode"));
  ModelMaker maker = one_node(27, "Relu");
  set_int(maker.node("Constant", {}, {"c"}), "value_int", 3);
  EXPECT_TRUE(maker.load().has_value());
}

}  // namespace
}  // namespace geoneuron::perception
