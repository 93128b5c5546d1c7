// SPDX-License-Identifier: MIT
#include "perception/resize.hpp"

#include <gtest/gtest.h>

#include "perception/operands.hpp"

namespace geoneuron::perception {
namespace {

Tensor floats(std::initializer_list<float> values) {
  return Tensor::from<float>({static_cast<int64_t>(values.size())},
                             std::span(values.begin(), values.size()));
}

Result<ResizeParameters> by_scales(const Node& node, Shape shape, const Tensor& scales) {
  const Operand operands[] = {shaped(std::move(shape)), {}, known(scales)};
  return resize_parameters(node, operands);
}

Result<ResizeParameters> by_sizes(const Node& node, Shape shape, std::vector<int64_t> sizes) {
  const Tensor tensor = Tensor::from_int64s(std::move(sizes));
  const Operand operands[] = {shaped(std::move(shape)), {}, {}, known(tensor)};
  return resize_parameters(node, operands);
}

TEST(Resize, RoundsScaledExtentsDownInFloat) {
  const Tensor scales = floats({1.0f, 0.7f});
  const auto axes = by_scales(make_node(Operator::kResize), {2, 10}, scales).value().axes;
  EXPECT_TRUE(axes[0].is_identity());
  EXPECT_EQ(axes[1].output, 7);
}

TEST(Resize, KeepsTheAspectRatio) {
  const auto extents = [](const char* policy) {
    const Node node =
        make_node(Operator::kResize,
                  {{"keep_aspect_ratio_policy", std::string(policy)}, {"axes", ints({2, 3})}});
    const auto axes = by_sizes(node, {1, 1, 2, 4}, {7, 8}).value().axes;
    return std::pair(axes[2].output, axes[3].output);
  };
  EXPECT_EQ(extents("not_larger"), std::pair(int64_t{4}, int64_t{8}));
  EXPECT_EQ(extents("not_smaller"), std::pair(int64_t{7}, int64_t{14}));
}

TEST(Resize, MapsCoordinates) {
  const auto source = [](const char* mode, int64_t position) {
    const Node node =
        make_node(Operator::kResize, {{"coordinate_transformation_mode", std::string(mode)}});
    const ResizeParameters parameters = by_sizes(node, {4}, {8}).value();
    return parameters.source(parameters.axes[0], position);
  };
  EXPECT_DOUBLE_EQ(source("half_pixel", 0), -0.25);
  EXPECT_DOUBLE_EQ(source("asymmetric", 3), 1.5);
  EXPECT_DOUBLE_EQ(source("align_corners", 7), 3);
  EXPECT_DOUBLE_EQ(source("tf_half_pixel_for_nn", 1), 0.75);
}

TEST(Resize, RoundsHalvesAsAsked) {
  const auto nearest = [](const char* mode, double coordinate) {
    const Node node = make_node(Operator::kResize, {{"nearest_mode", std::string(mode)}});
    const ResizeParameters parameters = by_sizes(node, {4}, {8}).value();
    return parameters.nearest_element(parameters.axes[0], coordinate);
  };
  EXPECT_EQ(nearest("round_prefer_floor", 1.5), 1);
  EXPECT_EQ(nearest("round_prefer_ceil", 1.5), 2);
  EXPECT_EQ(nearest("floor", -0.25), 0);
  EXPECT_EQ(nearest("ceil", 3.5), 3);
}

TEST(Resize, RefusesWhatDoesNotFit) {
  const Node plain = make_node(Operator::kResize);
  EXPECT_FALSE(by_scales(plain, {2, 2}, floats({2})).has_value());
  EXPECT_FALSE(by_scales(plain, {2}, floats({-1})).has_value());
  EXPECT_FALSE(by_scales(plain, {2}, floats({1e30f})).has_value());
  EXPECT_FALSE(by_sizes(plain, {2}, {0}).has_value());
  EXPECT_FALSE(by_sizes(plain, {2}, {}).has_value());
  const Node wrong = make_node(Operator::kResize, {{"mode", std::string("quintic")}});
  EXPECT_EQ(by_sizes(wrong, {2}, {2}).error().message,
            "mode \"quintic\": must be one of nearest, linear, cubic");
}

}  // namespace
}  // namespace geoneuron::perception
