// SPDX-License-Identifier: MIT
#include "engine/tensor_copy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace geoneuron::engine {
namespace {

using perception::DataType;
using perception::Shape;
using perception::Tensor;

constexpr int64_t kLarge = 300'000;

TEST(TensorCopy, HasTheSameElementsAndSharesNoByte) {
  Tensor original = Tensor::from_int64s({1, 2, 3});
  const Tensor copy = copy_of(original).value();
  original.mutable_values<int64_t>()[1] = 9;
  EXPECT_EQ(copy.info(), original.info());
  EXPECT_EQ(copy.to_int64s().value(), (std::vector<int64_t>{1, 2, 3}));
}

TEST(TensorCopy, OfNoElementsIsPossible) {
  const Tensor empty = Tensor::from<float>(Shape({0, 4}), {});
  EXPECT_EQ(copy_of(empty).value().info(), empty.info());
}

TEST(TensorCopy, TakesTheMemoryOfATensorThatIsGone) {
  const perception::TensorInfo info{DataType::kFloat32, Shape({kLarge})};
  const std::byte* memory = unfilled_tensor(info).value().bytes().data();
  const Tensor next = unfilled_tensor(info).value();
  EXPECT_EQ(next.bytes().data(), memory);
  EXPECT_NE(unfilled_tensor(info).value().bytes().data(), memory);
}

TEST(TensorCopy, SaysWhatItNeedsWhereThereIsNoMemory) {
  const auto refused = unfilled_tensor({DataType::kFloat32, Shape({int64_t{1} << 60})});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_NE(refused.error().message.find("more than this machine can give"), std::string::npos);
}

}  // namespace
}  // namespace geoneuron::engine
