// SPDX-License-Identifier: MIT
#include "views/cpu_pixels.hpp"

#include <gtest/gtest.h>

#include "views/brute_force.hpp"
#include "views/normalisation.hpp"

namespace geoneuron::views {
namespace {

class CpuPixelsTest : public ::testing::Test {
 protected:
  CpuPixels device_;
};

std::vector<std::vector<float>> samples() {
  return {testing::adversarial(5000, 1), testing::normal(200'001, 2), std::vector<float>(777, 3.5f),
          std::vector<float>(10, NAN),   std::vector<float>{-0.0f},   std::vector<float>{}};
}

Normalisation ascending(uint32_t seed) {
  std::mt19937 random(seed);
  Normalisation result;
  for (uint32_t& threshold : result.thresholds) threshold = static_cast<uint32_t>(random());
  std::sort(result.thresholds.begin(), result.thresholds.end());
  return result;
}

Normalisation linear(float low, float high) {
  Normalisation result;
  for (size_t i = 0; i < 255; ++i)
    result.thresholds[i] = key_of(low + (high - low) * static_cast<float>(i + 1) / 256.0f);
  return result;
}

Palette numbered() {
  Palette palette;
  for (size_t i = 0; i < 256; ++i) palette.colours[i] = {static_cast<uint8_t>(i), 1, 2, 255};
  palette.nan = {0, 9, 9, 255};
  palette.positive_infinity = {1, 9, 9, 255};
  palette.negative_infinity = {2, 9, 9, 255};
  return palette;
}

TEST_F(CpuPixelsTest, CountsAndBoundsAsBruteForce) {
  for (const auto& values : samples()) {
    const ElementRange all{0, values.size()};
    EXPECT_EQ(device_.statistics(values, {&all, 1}).value()[0], testing::statistics(values));
  }
}

TEST_F(CpuPixelsTest, CountsEachRangeByItself) {
  const auto values = testing::adversarial(1000, 5);
  std::vector<ElementRange> ranges;
  for (uint64_t i = 0; i < 100; ++i) ranges.push_back({i * 7, i});
  const auto result = device_.statistics(values, ranges).value();
  for (size_t i = 0; i < ranges.size(); ++i)
    EXPECT_EQ(result[i],
              testing::statistics(std::span(values).subspan(ranges[i].first, ranges[i].count)));
}

TEST_F(CpuPixelsTest, SelectsTheRankThatSortingGives) {
  for (const auto& values : samples()) {
    const auto sorted = testing::sorted_finite(values);
    if (sorted.empty()) continue;
    std::vector<RankQuery> queries;
    for (const double part : {0.0, 0.001, 0.3, 0.5, 0.99, 1.0})
      queries.push_back({{0, values.size()},
                         static_cast<uint64_t>(part * static_cast<double>(sorted.size() - 1))});
    const auto keys = device_.keys_of_rank(values, queries).value();
    for (size_t i = 0; i < queries.size(); ++i) EXPECT_EQ(keys[i], key_of(sorted[queries[i].rank]));
  }
}

TEST_F(CpuPixelsTest, RefusesARankThatNoFiniteValueHas) {
  const std::vector<float> values{1.0f, NAN};
  const RankQuery query{{0, 2}, 1};
  EXPECT_EQ(device_.keys_of_rank(values, {&query, 1}).error().code, EINVAL);
}

TEST_F(CpuPixelsTest, FillsHistogramBinsAsBruteForce) {
  const auto normalisation = ascending(3);
  const std::vector<uint32_t> edges(normalisation.thresholds.begin(),
                                    normalisation.thresholds.end());
  for (const auto& values : samples())
    EXPECT_EQ(device_.histogram(values, {0, values.size()}, edges).value(),
              testing::histogram(values, edges));
}

TEST_F(CpuPixelsTest, PaintsAsBruteForce) {
  for (const float high : {1.0f, 1e-40f, 3.4e38f}) {
    for (const auto& values : {testing::adversarial(96 * 50, 4), testing::normal(96 * 50, 5)}) {
      const std::vector<Normalisation> normalisations{ascending(1), linear(-high, high),
                                                      linear(0, high)};
      for (uint32_t n = 0; n < normalisations.size(); ++n) {
        const Tile tile{3, 31, 17, 96, 5, 7, 3, n};
        Image expected = Image::filled(120, 80, {}), painted = expected;
        testing::paint(values, tile, normalisations[n], numbered(), expected);
        ASSERT_TRUE(device_.paint(values, {&tile, 1}, normalisations, numbered(), painted));
        EXPECT_TRUE(painted == expected) << high << " " << n;
      }
    }
  }
}

TEST_F(CpuPixelsTest, PaintsEveryThresholdExactly) {
  const Normalisation normalisation = linear(-0.3f, 1.7f);
  std::vector<float> values;
  for (const uint32_t threshold : normalisation.thresholds)
    for (const uint32_t key : {threshold - 1, threshold, threshold + 1})
      values.push_back(value_of_key(key));
  const auto count = static_cast<uint32_t>(values.size());
  const Tile tile{0, count, 1, count, 0, 0, 1, 0};
  Image expected = Image::filled(count, 1, {}), painted = expected;
  testing::paint(values, tile, normalisation, numbered(), expected);
  ASSERT_TRUE(device_.paint(values, {&tile, 1}, {&normalisation, 1}, numbered(), painted));
  EXPECT_TRUE(painted == expected);
}

// Values that lie ever farther from the thresholds, and among them some that are not finite: the
// painter guesses where none of its neighbours is near a threshold.
TEST_F(CpuPixelsTest, PaintsExactlyHoweverFarFromAThreshold) {
  for (const auto& [low, high] : {std::pair{-1.0f, 1.0f}, {0.0f, 255.0f}, {100.0f, 101.0f}}) {
    const Normalisation normalisation = thresholds_of({low, high});
    std::vector<float> values;
    for (uint32_t far = 1; far < 1u << 23; far *= 2) {
      for (const uint32_t threshold : normalisation.thresholds)
        for (const uint32_t key : {threshold - far, threshold + far})
          values.push_back(value_of_key(key));
      values.push_back(far % 3 == 0 ? NAN : INFINITY);
      values.push_back(far % 3 == 0 ? -INFINITY : -1e30f);
    }
    const auto count = static_cast<uint32_t>(values.size() / 64);
    const Tile tile{0, 64, count, 64, 0, 0, 1, 0};
    Image expected = Image::filled(64, count, {}), painted = expected;
    testing::paint(values, tile, normalisation, numbered(), expected);
    ASSERT_TRUE(device_.paint(values, {&tile, 1}, {&normalisation, 1}, numbered(), painted));
    EXPECT_TRUE(painted == expected) << low << " to " << high;
  }
}

TEST_F(CpuPixelsTest, RefusesTilesOutsideTheirTensorOrCanvas) {
  const std::vector<float> values(100);
  const Normalisation normalisation;
  Image canvas = Image::filled(20, 20, {});
  const auto refused = [&](const Tile& tile) {
    return !device_.paint(values, {&tile, 1}, {&normalisation, 1}, {}, canvas);
  };
  EXPECT_FALSE(refused({0, 10, 10, 10, 0, 0, 2, 0}));
  EXPECT_TRUE(refused({1, 10, 10, 10, 0, 0, 2, 0}));
  EXPECT_TRUE(refused({0, 10, 10, 10, 1, 0, 2, 0}));
  EXPECT_TRUE(refused({0, 10, 10, 10, 0, 1, 2, 0}));
  EXPECT_TRUE(refused({0, 10, 10, 10, 0, 0, 0, 0}));
  EXPECT_TRUE(refused({0, 10, 10, 10, 0, 0, 1, 1}));
}

TEST_F(CpuPixelsTest, SharesAnAccumulationAmongCoresWithoutLosingAny) {
  std::vector<Segment> segments(100'000, {128, 128, 3 * 256, 128, 40'000});
  segments.push_back({128, 128, 128, 128, -7});
  const Accumulation sums = device_.accumulate(segments, 8, 2).value();
  EXPECT_EQ(sums.positive[0], 4'000'000'000u);
  EXPECT_EQ(sums.positive[3], 4'000'000'000u);
  EXPECT_EQ(sums.positive[4], 0u);
  EXPECT_EQ(sums.negative[0], 7u);
}

}  // namespace
}  // namespace geoneuron::views
