// SPDX-License-Identifier: MIT
#include "perception/shape_inference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/operands.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::HasSubstr;

// The only result's shape of a node without operands that need values.
Shape shape_after(const Node& node, std::initializer_list<Operand> operands) {
  const auto infos = infer(node, std::span(operands.begin(), operands.size()));
  if (infos.has_value()) return infos.value()[0].shape;
  ADD_FAILURE() << infos.error().message;
  return {};
}

std::string failure(const Node& node, std::initializer_list<Operand> operands) {
  const auto infos = infer(node, std::span(operands.begin(), operands.size()));
  return infos.has_value() ? "no error" : infos.error().message;
}

TEST(ShapeInference, FollowsTheDigitsNetwork) {
  const Node convolution = make_node(Operator::kConv, {{"pads", ints({1, 1, 1, 1})}});
  EXPECT_EQ(shape_after(convolution, {shaped({1, 1, 48, 48}), shaped({8, 1, 3, 3}), shaped({8})}),
            Shape({1, 8, 48, 48}));
  const Node pool =
      make_node(Operator::kMaxPool, {{"kernel_shape", ints({2, 2})}, {"strides", ints({2, 2})}});
  EXPECT_EQ(shape_after(pool, {shaped({1, 8, 48, 48})}), Shape({1, 8, 24, 24}));
  EXPECT_EQ(shape_after(make_node(Operator::kFlatten), {shaped({1, 8, 24, 24})}), Shape({1, 4608}));
  const Node gemm = make_node(Operator::kGemm, {{"transB", int64_t{1}}});
  EXPECT_EQ(shape_after(gemm, {shaped({1, 32}), shaped({10, 32}), shaped({10})}), Shape({1, 10}));
}

TEST(ShapeInference, ReshapeCopiesZerosAndFillsTheRest) {
  const Tensor wanted = Tensor::from_int64s({0, -1});
  EXPECT_EQ(shape_after(make_node(Operator::kReshape), {shaped({2, 3, 4}), known(wanted)}),
            Shape({2, 12}));
  const Tensor wrong = Tensor::from_int64s({5, -1});
  EXPECT_EQ(failure(make_node(Operator::kReshape), {shaped({2, 3, 4}), known(wrong)}),
            "node: shape [5,-1]: does not divide the 24 elements of the input 2x3x4");
}

TEST(ShapeInference, AsksForTheValuesThatItNeeds) {
  const Operand operands[] = {shaped({2, 3}), shaped({1}, DataType::kInt64)};
  const auto infos = infer(make_node(Operator::kReshape), operands);
  ASSERT_FALSE(infos.has_value());
  EXPECT_EQ(infos.error().code, EAGAIN);
}

TEST(ShapeInference, SplitsEvenlyWithASmallerLastPart) {
  const Operand operands[] = {shaped({7, 2})};
  const auto infos = infer(make_node(Operator::kSplit, {}, 3), operands).value();
  EXPECT_EQ(infos[0].shape, Shape({3, 2}));
  EXPECT_EQ(infos[2].shape, Shape({1, 2}));
}

TEST(ShapeInference, BroadcastsBatchesOfMatrices) {
  const Node node = make_node(Operator::kMatMul);
  EXPECT_EQ(shape_after(node, {shaped({5, 1, 2, 3}), shaped({4, 3, 6})}), Shape({5, 4, 2, 6}));
  EXPECT_EQ(shape_after(node, {shaped({3}), shaped({3})}), Shape());
  EXPECT_THAT(failure(node, {shaped({2, 3}), shaped({4, 3})}), HasSubstr("inner extents 3 and 4"));
}

TEST(ShapeInference, ChecksTypes) {
  EXPECT_THAT(failure(make_node(Operator::kAdd), {shaped({2}), shaped({2}, DataType::kInt64)}),
              HasSubstr("operand 1 is of type int64; must be float32"));
  EXPECT_THAT(failure(make_node(Operator::kExp), {shaped({2}, DataType::kBool)}),
              HasSubstr("of type bool, for which Exp is not defined"));
}

TEST(ShapeInference, ChecksCounts) {
  EXPECT_THAT(failure(make_node(Operator::kAdd), {shaped({2})}), HasSubstr("operand 1 is missing"));
  EXPECT_THAT(failure(make_node(Operator::kAbs), {shaped({2}), shaped({2})}),
              HasSubstr("has 2 operands; at most 1"));
}

TEST(ShapeInference, CountsAMultiplyAddTwice) {
  const Operand operands[] = {shaped({1, 3, 8, 8}), shaped({4, 3, 3, 3})};
  const Node node = make_node(Operator::kConv);
  const auto infos = infer(node, operands).value();
  EXPECT_EQ(operation_count(node, operands, infos), 2u * 4 * 6 * 6 * 27);
}

}  // namespace
}  // namespace geoneuron::perception
