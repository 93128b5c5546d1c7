// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

TEST(CpuMatMul, BroadcastsBatches) {
  const Tensor a = random_floats({2, 1, 3, 4}, 1);
  const Tensor b = random_floats({5, 4, 2}, 2);
  const Tensor result = run(make_node(Operator::kMatMul, 2), {a, b});
  ASSERT_EQ(result.shape(), Shape({2, 5, 3, 2}));
  for (int64_t i = 0; i < result.element_count(); ++i) {
    const int64_t column = i % 2, row = i / 2 % 3, inner = i / 6 % 5, outer = i / 30;
    double sum = 0;
    for (int64_t k = 0; k < 4; ++k)
      sum += at(a, outer * 12 + row * 4 + k) * at(b, inner * 8 + k * 2 + column);
    EXPECT_NEAR(at(result, i), sum, 1e-5);
  }
}

TEST(CpuMatMul, MultipliesVectors) {
  const Tensor dot =
      run(make_node(Operator::kMatMul, 2), {floats({3}, {1, 2, 3}), floats({3}, {4, 5, 6})});
  EXPECT_EQ(dot.shape(), Shape({}));
  EXPECT_EQ(at(dot, 0), 32);
}

TEST(CpuMatMul, SumsHundredThousandProducts) {
  constexpr int64_t kDepth = 100003;
  const Tensor a = random_floats({2, kDepth}, 3);
  const Tensor b = random_floats({kDepth, 3}, 4);
  const Tensor result = run(make_node(Operator::kMatMul, 2), {a, b});
  for (int64_t row = 0; row < 2; ++row)
    for (int64_t column = 0; column < 3; ++column) {
      double sum = 0;
      for (int64_t k = 0; k < kDepth; ++k) sum += at(a, row * kDepth + k) * at(b, k * 3 + column);
      EXPECT_NEAR(at(result, row * 3 + column), sum, 1e-3 * std::max(1.0, std::abs(sum)));
    }
}

TEST(CpuMatMul, AnEmptySumIsZero) {
  const Tensor result =
      run(make_node(Operator::kMatMul, 2), {floats({2, 0}, {}), floats({0, 2}, {})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{0, 0, 0, 0}));
}

TEST(CpuMatMul, IntegersWrap) {
  const int32_t big = 1 << 30;
  const Tensor result = run(make_node(Operator::kMatMul, 2),
                            {tensor<int32_t>({1, 2}, {big, big}), tensor<int32_t>({2, 1}, {2, 2})});
  EXPECT_EQ(values_of<int32_t>(result), (std::vector<int32_t>{0}));
}

TEST(CpuGemm, TransposesScalesAndAddsABroadcastBias) {
  const Node node =
      make_node(Operator::kGemm, 3,
                {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 0.5f}, {"beta", 2.0f}});
  // A^T is [[1, 3], [2, 4]] and B^T is [[5, 6], [7, 8]]; their product [[26, 30], [38, 44]].
  const Tensor result = run(
      node, {floats({2, 2}, {1, 2, 3, 4}), floats({2, 2}, {5, 7, 6, 8}), floats({2, 1}, {1, 10})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{15, 17, 39, 42}));
}

// 256 products of 16 by 16 are 65,536, which float16 does not hold.
TEST(CpuGemm, RoundsFloat16OnceAfterScalingAndBias) {
  const Tensor a = tensor<_Float16>({1, 256}, std::vector<_Float16>(256, _Float16(16)));
  const Tensor b = tensor<_Float16>({256, 1}, std::vector<_Float16>(256, _Float16(16)));
  const Tensor halved = run(make_node(Operator::kGemm, 2, {{"alpha", 0.5f}}), {a, b});
  EXPECT_EQ(static_cast<float>(values_of<_Float16>(halved)[0]), 32768.0f);
  const Tensor biased =
      run(make_node(Operator::kGemm, 3), {a, b, tensor<_Float16>({1}, {_Float16(-60000)})});
  EXPECT_EQ(static_cast<float>(values_of<_Float16>(biased)[0]), 5536.0f);
}

TEST(CpuGemm, AddsIntegersExactlyAndWraps) {
  const Node node = make_node(Operator::kGemm, 3);
  const int64_t large = (int64_t{1} << 53) + 1;  // double has no place for its last bit
  const Tensor exact = run(node, {tensor<int64_t>({1, 1}, {large}), tensor<int64_t>({1, 1}, {1}),
                                  tensor<int64_t>({1}, {1})});
  EXPECT_EQ(values_of<int64_t>(exact), (std::vector<int64_t>{large + 1}));
  const int32_t most = std::numeric_limits<int32_t>::max();
  const Tensor wrapped = run(node, {tensor<int32_t>({1, 1}, {1}), tensor<int32_t>({1, 1}, {1}),
                                    tensor<int32_t>({1}, {most})});
  EXPECT_EQ(values_of<int32_t>(wrapped),
            (std::vector<int32_t>{std::numeric_limits<int32_t>::min()}));
}

TEST(CpuGemm, ScaledIntegersStopAtTheLimitOfTheirType) {
  const Node node = make_node(Operator::kGemm, 2, {{"alpha", 4.0f}});
  const Tensor result =
      run(node, {tensor<int32_t>({1, 1}, {1 << 30}), tensor<int32_t>({1, 1}, {1})});
  EXPECT_EQ(values_of<int32_t>(result),
            (std::vector<int32_t>{std::numeric_limits<int32_t>::max()}));
}

}  // namespace
}  // namespace geoneuron::engine::test
