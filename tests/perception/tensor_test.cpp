// SPDX-License-Identifier: MIT
#include "perception/tensor.hpp"

#include <gtest/gtest.h>

namespace geoneuron::perception {
namespace {

TEST(Shape, RefusesNegativeAndHugeExtents) {
  EXPECT_TRUE(Shape::checked({2, 0, 3}).has_value());
  EXPECT_FALSE(Shape::checked({2, -1}).has_value());
  EXPECT_FALSE(Shape::checked({int64_t{1} << 30, int64_t{1} << 30}).has_value());
  EXPECT_FALSE(Shape::checked(std::vector<int64_t>(17, 1)).has_value());
}

TEST(Shape, BroadcastsAsNumpyDoes) {
  EXPECT_EQ(broadcast({3, 1, 5}, {4, 1}).value(), Shape({3, 4, 5}));
  EXPECT_EQ(broadcast({}, {2}).value(), Shape({2}));
  EXPECT_EQ(broadcast({0}, {1}).value(), Shape({0}));
  EXPECT_FALSE(broadcast({2}, {3}).has_value());
}

TEST(Shape, StridesAreRowMajor) {
  EXPECT_EQ(Shape({2, 3, 4}).strides(), (std::vector<int64_t>{12, 4, 1}));
}

TEST(Tensor, CopiesShareTheirBytes) {
  Tensor a = Tensor::from_int64s({1, 2, 3});
  const Tensor b = a;
  a.mutable_values<int64_t>()[0] = 9;
  EXPECT_EQ(b.to_int64s().value(), (std::vector<int64_t>{9, 2, 3}));
}

TEST(Tensor, ConvertsToFloat32) {
  const std::vector<_Float16> halves = {static_cast<_Float16>(0.5f), static_cast<_Float16>(-2.0f)};
  const Tensor tensor = Tensor::from<_Float16>({2}, halves).to_float32().value();
  EXPECT_EQ(tensor.values<float>()[0], 0.5f);
  EXPECT_EQ(tensor.values<float>()[1], -2.0f);
}

TEST(Tensor, FloatsAreNoIntegers) {
  EXPECT_FALSE(Tensor::allocate({DataType::kFloat32, {2}}).value().to_int64s().has_value());
}

}  // namespace
}  // namespace geoneuron::perception
