// SPDX-License-Identifier: MIT
// Operators that move elements: Transpose, Slice, Concat, Split, Gather, Pad, Resize, Shape.
#include <gtest/gtest.h>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

using Integers = std::vector<int64_t>;

Tensor integers(Integers values) {
  return Tensor::from_int64s(std::move(values));
}

Tensor counted(Shape shape) {
  std::vector<float> values;
  for (int64_t i = 0; i < shape.element_count(); ++i) values.push_back(static_cast<float>(i));
  return floats(std::move(shape), std::move(values));
}

void expect_transposed(const Shape& shape, const Integers& order) {
  const Tensor input = counted(shape);
  const Tensor result = run(make_node(Operator::kTranspose, 1, {{"perm", order}}), {input});
  const auto strides = shape.strides();
  const auto result_strides = result.shape().strides();
  for (int64_t i = 0; i < result.element_count(); ++i) {
    int64_t from = 0;
    for (size_t axis = 0; axis < order.size(); ++axis)
      from += i / result_strides[axis] % result.shape()[axis] *
              strides[static_cast<size_t>(order[axis])];
    ASSERT_EQ(at(result, i), static_cast<double>(from)) << shape.to_string();
  }
}

TEST(CpuTranspose, PermutesEveryOrderOfFourAxes) {
  Integers order = {0, 1, 2, 3};
  do expect_transposed({2, 3, 17, 33}, order);
  while (std::next_permutation(order.begin(), order.end()));
}

TEST(CpuTranspose, ReversesAxesByDefault) {
  EXPECT_EQ(run(make_node(Operator::kTranspose, 1), {counted({2, 3})}).shape(), Shape({3, 2}));
}

TEST(CpuSlice, WalksBackwards) {
  const Tensor result =
      run(make_node(Operator::kSlice, 5), {counted({4, 5}), integers({-1, 0}), integers({-100, 4}),
                                           integers({0, 1}), integers({-2, 3})});
  EXPECT_EQ(result.shape(), Shape({2, 2}));
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{15, 18, 5, 8}));
}

TEST(CpuConcat, JoinsAndSplitsOnAnyAxis) {
  const Tensor a = counted({2, 1, 2});
  const Tensor b = counted({2, 3, 2});
  const Tensor joined = run(make_node(Operator::kConcat, 2, {{"axis", int64_t{-2}}}), {a, b});
  EXPECT_EQ(joined.shape(), Shape({2, 4, 2}));
  const auto parts =
      run_all(make_node(Operator::kSplit, 2, {{"axis", int64_t{1}}}, 2), {joined, integers({1, 3})})
          .value();
  EXPECT_EQ(values_of<float>(parts[0]), values_of<float>(a));
  EXPECT_EQ(values_of<float>(parts[1]), values_of<float>(b));
}

TEST(CpuGather, CountsNegativeIndicesFromTheEnd) {
  const Tensor result = run(make_node(Operator::kGather, 2, {{"axis", int64_t{1}}}),
                            {counted({2, 3}), tensor<int32_t>({2}, {-1, 0})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{2, 0, 5, 3}));
}

TEST(CpuGather, RefusesIndicesOutsideTheAxis) {
  for (const int64_t index : {3, -4}) {
    const auto result =
        run_all(make_node(Operator::kGather, 2), {counted({3, 2}), integers({index})});
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().message.find("[-3, 3)"), std::string::npos) << result.error().message;
  }
}

std::vector<float> padded(const char* mode, const Integers& pads) {
  return values_of<float>(run(make_node(Operator::kPad, 3, {{"mode", std::string(mode)}}),
                              {counted({4}), integers(pads), floats({}, {9})}));
}

TEST(CpuPad, KnowsFourModes) {
  EXPECT_EQ(padded("constant", {2, 1}), (std::vector<float>{9, 9, 0, 1, 2, 3, 9}));
  EXPECT_EQ(padded("edge", {2, 1}), (std::vector<float>{0, 0, 0, 1, 2, 3, 3}));
  EXPECT_EQ(padded("reflect", {3, 2}), (std::vector<float>{3, 2, 1, 0, 1, 2, 3, 2, 1}));
  EXPECT_EQ(padded("wrap", {2, 1}), (std::vector<float>{2, 3, 0, 1, 2, 3, 0}));
}

TEST(CpuPad, NegativePadsRemoveElements) {
  EXPECT_EQ(padded("constant", {-1, 1}), (std::vector<float>{1, 2, 3, 9}));
}

Tensor resized(const Tensor& input, const NamedAttributes& attributes,
               const std::vector<float>& scales) {
  return run(make_node(Operator::kResize, 3, attributes),
             {input, Tensor(), floats({static_cast<int64_t>(scales.size())}, scales)});
}

TEST(CpuResize, RepeatsNearestElementsOfAnyType) {
  const Tensor result =
      run(make_node(Operator::kResize, 3,
                    {{"coordinate_transformation_mode", std::string("asymmetric")},
                     {"nearest_mode", std::string("floor")}}),
          {tensor<int16_t>({2, 2}, {1, 2, 3, 4}), Tensor(), floats({2}, {2, 2})});
  EXPECT_EQ(values_of<int16_t>(result),
            (std::vector<int16_t>{1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}));
}

TEST(CpuResize, InterpolatesLinearlyInThreeDimensions) {
  const Tensor input = counted({2, 2, 2});  // linear in each index: interpolation is exact
  const Tensor result = resized(input,
                                {{"mode", std::string("linear")},
                                 {"coordinate_transformation_mode", std::string("align_corners")}},
                                {1.5f, 1.5f, 1.5f});
  ASSERT_EQ(result.shape(), Shape({3, 3, 3}));
  for (int64_t i = 0; i < 27; ++i)
    EXPECT_NEAR(at(result, i), static_cast<double>(i / 9 * 4 + i / 3 % 3 * 2 + i % 3) / 2, 1e-6);
}

TEST(CpuResize, CubicInterpolationKeepsStraightLinesInside) {
  const Tensor result =
      resized(counted({8}), {{"mode", std::string("cubic")}, {"cubic_coeff_a", -0.5f}}, {2});
  for (int64_t i = 4; i < 12; ++i)
    EXPECT_NEAR(at(result, i), (static_cast<double>(i) + 0.5) / 2 - 0.5, 1e-6);
}

// Scales of every axis against a product of the ways in which each mixes one line.
TEST(CpuResize, MixesEachAxisAsItMixesALine) {
  const NamedAttributes cubic = {{"mode", std::string("cubic")}};
  const std::vector<std::vector<float>> scales = {
      {2, 1, 1}, {1, 1.5f, 1}, {1, 1, 0.6f}, {1.5f, 2, 1}, {2, 0.5f, 1.5f}};
  const Tensor input = random_floats({3, 4, 5}, 5);
  for (const auto& each : scales) {
    Tensor axis_by_axis = input;
    for (size_t axis = 0; axis < 3; ++axis) {
      std::vector<float> one(3, 1);
      one[axis] = each[axis];
      axis_by_axis = resized(axis_by_axis, cubic, one);
    }
    const Tensor together = resized(input, cubic, each);
    ASSERT_EQ(together.shape(), axis_by_axis.shape());
    for (int64_t i = 0; i < together.element_count(); ++i)
      EXPECT_NEAR(at(together, i), at(axis_by_axis, i), 1e-5) << "element " << i;
  }
}

TEST(CpuResize, RoundsIntegersToTheNearest) {
  const NamedAttributes linear = {{"mode", std::string("linear")}};
  const Tensor result = resized(tensor<uint8_t>({1, 1, 2, 2}, {0, 100, 200, 255}), linear,
                                {1, 1, 1, 2});  // quarters between the two of each row
  EXPECT_EQ(values_of<uint8_t>(result), (std::vector<uint8_t>{0, 25, 75, 100, 200, 214, 241, 255}));
}

TEST(CpuShape, TakesARangeOfAxes) {
  const Node node = make_node(Operator::kShape, 1, {{"start", int64_t{-3}}, {"end", int64_t{-1}}});
  EXPECT_EQ(values_of<int64_t>(run(node, {counted({2, 3, 4, 5})})), (Integers{3, 4}));
}

TEST(CpuDropout, InferenceCopiesAndKeepsEverything) {
  const auto results = run_all(make_node(Operator::kDropout, 1, {}, 2), {counted({3})}).value();
  EXPECT_EQ(values_of<float>(results[0]), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(values_of<bool>(results[1]), (std::vector<bool>{true, true, true}));
}

}  // namespace
}  // namespace geoneuron::engine::test
