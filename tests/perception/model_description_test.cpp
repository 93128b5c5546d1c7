// SPDX-License-Identifier: MIT
#include "perception/model_description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.hpp"
#include "perception/onnx_models.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::HasSubstr;

class ModelDescriptionTest : public ::testing::Test {
 protected:
  void TearDown() override { unlink(path_.c_str()); }

  std::string saved(const ModelMaker& maker) {
    EXPECT_TRUE(write_file(path_, std::string_view(maker.bytes())).has_value());
    return path_;
  }

  // Tests of this fixture may run at the same time, in processes of their own.
  const std::string path_ =
      ::testing::TempDir() + "geoneuron_description_" + std::to_string(getpid()) + ".onnx";

  // x (N x 1 x 4 x 4) -> Conv(w, 2 channels) -> h -> Relu -> y
  static ModelMaker small() {
    ModelMaker maker(13);
    maker.input("x", {-1, 1, 4, 4}).output("y");
    maker.initializer("w", {2, 1, 3, 3});
    maker.node("Conv", {"x", "w"}, {"h"}, "conv");
    maker.node("Relu", {"h"}, {"y"}, "relu");
    auto* type = maker.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
    type->mutable_shape()->mutable_dim(0)->set_dim_param("N");
    return maker;
  }
};

TEST_F(ModelDescriptionTest, KeepsSymbolsUntilShapesAreGiven) {
  const ModelDescription open = describe_model(saved(small())).value();
  EXPECT_EQ(to_text(open.inputs.at(0).declared), "Nx1x4x4");
  EXPECT_FALSE(open.layers.at(0).outputs.at(0).info.has_value());
  EXPECT_EQ(open.operations, 0u);
  EXPECT_EQ(open.shape_sentence, "");
}

TEST_F(ModelDescriptionTest, FollowsGivenShapesThroughTheLayers) {
  const ModelDescription model = describe_model(saved(small()), {{"x", {5, 1, 4, 4}}}).value();
  ASSERT_EQ(model.layers.size(), 2u);
  EXPECT_EQ(model.layers[0].op, "Conv");
  EXPECT_EQ(model.layers[0].outputs.at(0).info->shape, Shape({5, 2, 2, 2}));
  EXPECT_EQ(model.layers[0].parameter_count, 18u);
  EXPECT_EQ(model.layers[0].operations, 2u * 5 * 2 * 2 * 2 * 9);
  EXPECT_EQ(model.outputs.at(0).info->shape, Shape({5, 2, 2, 2}));
  EXPECT_EQ(model.parameter_count, 18u);
}

TEST_F(ModelDescriptionTest, RefusesShapesThatDoNotFit) {
  const std::string path = saved(small());
  EXPECT_THAT(describe_model(path, {{"x", {1, 3, 4, 4}}}).error().message,
              HasSubstr("input \"x\": shape 1x3x4x4 contradicts the declared Nx1x4x4"));
  EXPECT_THAT(describe_model(path, {{"z", {1}}}).error().message,
              HasSubstr("\"z\" is no input of the model"));
}

TEST_F(ModelDescriptionTest, SaysWhyShapesAreUnknown) {
  ModelMaker maker = small();
  maker.graph().mutable_initializer(0)->set_dims(1, 3);
  for (int i = 0; i < 36; ++i) maker.graph().mutable_initializer(0)->add_float_data(1);
  const auto model = describe_model(saved(maker), {{"x", {1, 1, 4, 4}}}).value();
  EXPECT_THAT(model.shape_sentence, HasSubstr("conv: weights 2x3x3x3: axis 1 must be 1"));
}

TEST_F(ModelDescriptionTest, ListsWhatIsNotSupported) {
  ModelMaker maker = small();
  maker.graph().mutable_node(1)->set_op_type("Mish");
  const auto model = describe_model(saved(maker)).value();
  ASSERT_EQ(model.unsupported.size(), 1u);
  EXPECT_EQ(model.unsupported[0].node, "relu");
  EXPECT_EQ(model.unsupported[0].sentence, "relu: operator \"Mish\" of set 13 is not supported");
  EXPECT_EQ(model.layers.at(1).op, "Mish");
}

}  // namespace
}  // namespace geoneuron::perception
