// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(CpuElementwise, BroadcastsBothOperands) {
  const Tensor sum =
      run(make_node(Operator::kAdd, 2), {floats({2, 1}, {1, 2}), floats({3}, {10, 20, 30})});
  EXPECT_EQ(sum.shape(), Shape({2, 3}));
  EXPECT_EQ(values_of<float>(sum), (std::vector<float>{11, 21, 31, 12, 22, 32}));
}

TEST(CpuElementwise, TakesTheMaximumOfManyOperands) {
  const Tensor result = run(make_node(Operator::kMax, 3),
                            {floats({}, {2}), floats({2}, {1, 5}), floats({2, 1}, {3, 9})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{3, 5, 9, 9}));
}

TEST(CpuElementwise, IntegerDivisionNeverTraps) {
  const int32_t lowest = std::numeric_limits<int32_t>::lowest();
  const Tensor result = run(make_node(Operator::kDiv, 2), {tensor<int32_t>({4}, {7, -7, 5, lowest}),
                                                           tensor<int32_t>({4}, {2, 2, 0, -1})});
  EXPECT_EQ(values_of<int32_t>(result), (std::vector<int32_t>{3, -3, 0, lowest}));
}

TEST(CpuElementwise, NanAndInfinityPassThrough) {
  const Tensor input = floats({4}, {kNan, kInfinity, -kInfinity, -0.5f});
  for (const Operator op : {Operator::kRelu, Operator::kAbs, Operator::kSigmoid, Operator::kTanh,
                            Operator::kHardSigmoid, Operator::kLeakyRelu, Operator::kElu})
    EXPECT_TRUE(std::isnan(at(run(make_node(op, 1), {input}), 0))) << name_of(op);
  EXPECT_EQ(at(run(make_node(Operator::kRelu, 1), {input}), 1), kInfinity);
  EXPECT_EQ(at(run(make_node(Operator::kSigmoid, 1), {input}), 2), 0.0);
  for (const Operator op : {Operator::kMax, Operator::kMin}) {
    EXPECT_TRUE(std::isnan(at(run(make_node(op, 2), {input, floats({}, {1})}), 0)));
    EXPECT_TRUE(std::isnan(at(run(make_node(op, 2), {floats({}, {1}), input}), 0)));
  }
}

TEST(CpuElementwise, ClipKeepsNanAndAllowsAbsentBounds) {
  const Tensor input = floats({3}, {kNan, -5, 5});
  const Node clip = make_node(Operator::kClip, 3);
  const Tensor both = run(clip, {input, floats({}, {-1}), floats({}, {1})});
  EXPECT_TRUE(std::isnan(at(both, 0)));
  EXPECT_EQ(at(both, 1), -1);
  const Tensor upper = run(clip, {input, Tensor(), floats({}, {1})});
  EXPECT_EQ(at(upper, 1), -5);
  EXPECT_EQ(at(upper, 2), 1);
}

TEST(CpuElementwise, RaisesIntegersExactly) {
  const Tensor result = run(make_node(Operator::kPow, 2),
                            {tensor<int64_t>({3}, {3, -2, -1}), tensor<int64_t>({3}, {39, 5, -3})});
  EXPECT_EQ(values_of<int64_t>(result), (std::vector<int64_t>{4052555153018976267, -32, -1}));
}

TEST(CpuElementwise, CastSaturatesAndTurnsNanIntoZero) {
  const Tensor result = run(make_node(Operator::kCast, 1, {{"to", int64_t{3}}}),
                            {floats({5}, {kNan, 1000, -1000, 3.9f, -3.9f})});
  EXPECT_EQ(values_of<int8_t>(result), (std::vector<int8_t>{0, 127, -128, 3, -3}));
}

TEST(CpuElementwise, ComputesHalfPrecisionInSinglePrecision) {
  const Tensor input =
      tensor<_Float16>({2}, {static_cast<_Float16>(0.5f), static_cast<_Float16>(-2.0f)});
  const auto result = values_of<_Float16>(run(make_node(Operator::kExp, 1), {input}));
  EXPECT_NEAR(static_cast<float>(result[0]), std::exp(0.5f), 1e-3f);
  EXPECT_NEAR(static_cast<float>(result[1]), std::exp(-2.0f), 1e-3f);
}

TEST(CpuElementwise, AcceptsTensorsWithoutElements) {
  const Tensor sum =
      run(make_node(Operator::kAdd, 2), {floats({0, 3}, {}), floats({3}, {1, 2, 3})});
  EXPECT_EQ(sum.shape(), Shape({0, 3}));
  EXPECT_EQ(run(make_node(Operator::kRelu, 1), {floats({0}, {})}).element_count(), 0);
}

}  // namespace
}  // namespace geoneuron::engine::test
