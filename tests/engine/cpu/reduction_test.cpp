// SPDX-License-Identifier: MIT
// ReduceMean, Softmax and BatchNormalization.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

Tensor integers(std::vector<int64_t> values) {
  return Tensor::from_int64s(std::move(values));
}

TEST(CpuReduceMean, ReducesAxesThatDoNotTouch) {
  const Tensor input = random_floats({3, 4, 5, 6}, 1);
  const Tensor result = run(make_node(Operator::kReduceMean, 2, {{"keepdims", int64_t{0}}}),
                            {input, integers({0, -2})});
  ASSERT_EQ(result.shape(), Shape({4, 6}));
  for (int64_t b = 0; b < 4; ++b)
    for (int64_t d = 0; d < 6; ++d) {
      double sum = 0;
      for (int64_t a = 0; a < 3; ++a)
        for (int64_t c = 0; c < 5; ++c) sum += at(input, ((a * 4 + b) * 5 + c) * 6 + d);
      EXPECT_NEAR(at(result, b * 6 + d), sum / 15, 1e-6);
    }
}

TEST(CpuReduceMean, NoAxesMeansAllOrNone) {
  const Tensor input = floats({2, 2}, {1, 2, 3, 6});
  EXPECT_EQ(values_of<float>(run(make_node(Operator::kReduceMean, 1), {input})),
            (std::vector<float>{3}));
  const Node none = make_node(Operator::kReduceMean, 1, {{"noop_with_empty_axes", int64_t{1}}});
  EXPECT_EQ(values_of<float>(run(none, {input})), values_of<float>(input));
}

TEST(CpuReduceMean, LosesNothingOverHundredThousandElements) {
  std::vector<float> values(100003, 1.0e8f);
  values[17] = 1.0e8f + 100003 * 64.0f;
  const Tensor result =
      run(make_node(Operator::kReduceMean, 1), {floats({100003}, std::move(values))});
  EXPECT_NEAR(at(result, 0), 1.0e8 + 64, 8);
}

TEST(CpuReduceMean, IntegerSumsDoNotOverflow) {
  constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
  constexpr int64_t kHigh = std::numeric_limits<int64_t>::max();
  const Node node = make_node(Operator::kReduceMean, 1);
  EXPECT_EQ(values_of<int64_t>(run(node, {integers({kHigh, kHigh, kHigh - 3})})),
            (std::vector<int64_t>{kHigh - 1}));
  EXPECT_EQ(values_of<int64_t>(run(node, {integers({kLow, kLow})})), (std::vector<int64_t>{kLow}));
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  const std::vector<uint64_t> most = {kMost, kMost - 2};
  EXPECT_EQ(values_of<uint64_t>(run(node, {Tensor::from<uint64_t>({2}, most)})),
            (std::vector<uint64_t>{kMost - 1}));
}

TEST(CpuSoftmax, SumsToOneOverHundredThousandElements) {
  const Tensor input = random_floats({1, 100003}, 2);
  const Tensor result = run(make_node(Operator::kSoftmax, 1), {input});
  double sum = 0, scale = 0;
  for (int64_t i = 0; i < 100003; ++i) scale += std::exp(at(input, i));
  for (int64_t i = 0; i < 100003; ++i) sum += at(result, i);
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_NEAR(at(result, 77), std::exp(at(input, 77)) / scale, 1e-9);
}

TEST(CpuSoftmax, TakesInnerAxes) {
  const Tensor input = floats({1, 2, 2}, {0, 1000, 0, 0});
  const Tensor result = run(make_node(Operator::kSoftmax, 1, {{"axis", int64_t{1}}}), {input});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{0.5f, 1, 0.5f, 0}));
}

TEST(CpuSoftmax, FlattensForOldOperatorSets) {
  const Node node =
      make_node(Operator::kSoftmax, 1, {{"axis", int64_t{1}}, {"flattened", int64_t{1}}});
  const Tensor result = run(node, {floats({1, 2, 2}, {0, 0, 0, 0})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{0.25f, 0.25f, 0.25f, 0.25f}));
}

TEST(CpuBatchNormalization, UsesGivenStatistics) {
  const Tensor result = run(make_node(Operator::kBatchNormalization, 5, {{"epsilon", 0.0f}}),
                            {floats({1, 2, 2}, {1, 2, 3, 4}), floats({2}, {2, 1}),
                             floats({2}, {10, 0}), floats({2}, {1, 3}), floats({2}, {4, 1})});
  EXPECT_EQ(values_of<float>(result), (std::vector<float>{10, 11, 0, 1}));
}

TEST(CpuBatchNormalization, MeasuresTheBatchWhenTraining) {
  const Node node =
      make_node(Operator::kBatchNormalization, 5,
                {{"training_mode", int64_t{1}}, {"momentum", 0.5f}, {"epsilon", 0.0f}}, 3);
  const auto results = run_all(node, {floats({2, 1, 2}, {1, 3, 5, 7}), floats({1}, {1}),
                                      floats({1}, {0}), floats({1}, {2}), floats({1}, {1})})
                           .value();
  EXPECT_NEAR(at(results[0], 0), -3 / std::sqrt(5.0), 1e-6);
  EXPECT_EQ(at(results[1], 0), 3);  // 2 * 0.5 + 4 * 0.5
  EXPECT_EQ(at(results[2], 0), 3);  // 1 * 0.5 + 5 * 0.5
}

}  // namespace
}  // namespace geoneuron::engine::test
