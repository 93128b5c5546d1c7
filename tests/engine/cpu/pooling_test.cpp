// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

using Integers = std::vector<int64_t>;

TEST(CpuPool, TakesMaximaWithDilationAndCeiling) {
  const Node node = make_node(Operator::kMaxPool, 1,
                              {{"kernel_shape", Integers{2}},
                               {"strides", Integers{2}},
                               {"dilations", Integers{2}},
                               {"ceil_mode", int64_t{1}}},
                              2);
  const auto results = run_all(node, {floats({1, 1, 6}, {1, 9, 3, 4, 5, 8})}).value();
  // Windows {0, 2}, {2, 4} and, by the ceiling, {4}.
  EXPECT_EQ(values_of<float>(results[0]), (std::vector<float>{3, 5, 5}));
  EXPECT_EQ(values_of<int64_t>(results[1]), (Integers{2, 4, 4}));
}

TEST(CpuPool, CountsIndicesColumnMajor) {
  const Node node = make_node(Operator::kMaxPool, 1,
                              {{"kernel_shape", Integers{2, 2}}, {"storage_order", int64_t{1}}}, 2);
  const auto results = run_all(node, {floats({1, 1, 2, 3}, {0, 5, 1, 2, 3, 4})}).value();
  EXPECT_EQ(values_of<int64_t>(results[1]), (Integers{2, 2}));  // row 0, column 1 of 2 rows
}

TEST(CpuPool, AveragesWithAndWithoutPadding) {
  NamedAttributes attributes = {{"kernel_shape", Integers{3}}, {"pads", Integers{1, 1}}};
  const Tensor input = floats({1, 1, 3}, {3, 6, 9});
  EXPECT_EQ(values_of<float>(run(make_node(Operator::kAveragePool, 1, attributes), {input})),
            (std::vector<float>{4.5f, 6, 7.5f}));
  attributes.push_back({"count_include_pad", int64_t{1}});
  EXPECT_EQ(values_of<float>(run(make_node(Operator::kAveragePool, 1, attributes), {input})),
            (std::vector<float>{3, 6, 5}));
}

// Of 2^40 taps only those count that lie on the 5 x 5 elements.
TEST(CpuPool, SkipsTheTapsOfAGiantKernelThatLieOutside) {
  const int64_t giant = 1 << 20;
  const NamedAttributes attributes = {{"kernel_shape", Integers{giant, giant}},
                                      {"pads", Integers{giant, giant, giant, giant}},
                                      {"strides", Integers{giant, giant}}};
  const Tensor input = random_floats({1, 1, 5, 5}, 1);
  float highest = -1, sum = 0;
  for (const float value : input.values<float>()) highest = std::max(highest, value), sum += value;
  const Tensor maxima = run(make_node(Operator::kMaxPool, 1, attributes), {input});
  ASSERT_EQ(maxima.shape(), Shape({1, 1, 2, 2}));
  EXPECT_EQ(at(maxima, 3), highest);
  EXPECT_EQ(at(maxima, 0), -std::numeric_limits<float>::infinity());
  const Tensor means = run(make_node(Operator::kAveragePool, 1, attributes), {input});
  EXPECT_NEAR(at(means, 3), sum / 25, 1e-6);
}

TEST(CpuPool, NanWinsOverEveryMaximum) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor result = run(make_node(Operator::kMaxPool, 1, {{"kernel_shape", Integers{2}}}),
                            {floats({1, 1, 4}, {1, nan, 2, 3})});
  EXPECT_TRUE(std::isnan(at(result, 0)));
  EXPECT_TRUE(std::isnan(at(result, 1)));
  EXPECT_EQ(at(result, 2), 3);
}

// The values are found row by row, the indices window by window.
TEST(CpuPool, MaximaLieWhereTheIndicesSay) {
  Tensor input = random_floats({2, 3, 13, 18}, 7);
  input.mutable_values<float>()[100] = std::numeric_limits<float>::quiet_NaN();
  input.mutable_values<float>()[40] = -std::numeric_limits<float>::infinity();
  for (const int64_t stride : {1, 2, 3})
    for (const int64_t dilation : {1, 2}) {
      const Node node = make_node(Operator::kMaxPool, 1,
                                  {{"kernel_shape", Integers{3, 2}},
                                   {"strides", Integers{stride, stride}},
                                   {"dilations", Integers{dilation, dilation}},
                                   {"pads", Integers{1, 0, 2, 1}}},
                                  2);
      const auto results = run_all(node, {input}).value();
      const auto indices = values_of<int64_t>(results[1]);
      for (size_t i = 0; i < indices.size(); ++i) {
        const float expected = input.values<float>()[static_cast<size_t>(indices[i])];
        const float value = results[0].values<float>()[i];
        EXPECT_TRUE(value == expected || (value != value && expected != expected)) << i;
      }
    }
}

TEST(CpuPool, PoolsVolumes) {
  const Tensor input = random_floats({1, 2, 3, 4, 5}, 1);
  const Tensor result =
      run(make_node(Operator::kMaxPool, 1, {{"kernel_shape", Integers{2, 2, 2}}}), {input});
  ASSERT_EQ(result.shape(), Shape({1, 2, 2, 3, 4}));
  double highest = -2;  // of the last window
  for (int64_t z = 1; z < 3; ++z)
    for (int64_t y = 2; y < 4; ++y)
      for (int64_t x = 3; x < 5; ++x)
        highest = std::max(highest, at(input, 60 + z * 20 + y * 5 + x));
  EXPECT_EQ(at(result, result.element_count() - 1), highest);
}

TEST(CpuGlobalPool, AveragesNinetyThousandElements) {
  const Tensor input = random_floats({1, 2, 300, 300}, 5);
  const Tensor average = run(make_node(Operator::kGlobalAveragePool, 1), {input});
  const Tensor highest = run(make_node(Operator::kGlobalMaxPool, 1), {input});
  ASSERT_EQ(average.shape(), Shape({1, 2, 1, 1}));
  for (int64_t channel = 0; channel < 2; ++channel) {
    double sum = 0, most = -2;
    for (int64_t i = 0; i < 90000; ++i) {
      sum += at(input, channel * 90000 + i);
      most = std::max(most, at(input, channel * 90000 + i));
    }
    EXPECT_NEAR(at(average, channel), sum / 90000, 1e-7);
    EXPECT_EQ(at(highest, channel), most);
  }
}

}  // namespace
}  // namespace geoneuron::engine::test
