// SPDX-License-Identifier: MIT
#include "views/distribution.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "views/brute_force.hpp"
#include "views/cpu_pixels.hpp"

namespace geoneuron::views {
namespace {

using ::testing::ElementsAre;

Result<Distribution> distribution(const std::vector<float>& values, DistributionRequest request) {
  CpuPixels device;
  request.range = {0, values.size()};
  return Distribution::of(device, values, request);
}

TEST(Distribution, CountsTheLargestValueInTheLastBin) {
  const auto result = distribution({0, 0.5f, 1, 1.5f, 2}, {{}, 2, {}, {}}).value();
  EXPECT_THAT(result.bins, ElementsAre(2, 3));
  EXPECT_EQ(result.below + result.above, 0u);
}

TEST(Distribution, CountsWhatLiesBeyondTheAxis) {
  const auto result = distribution({-3, 0, 1, 2, 9, 9}, {{}, 2, 0.0, 2.0}).value();
  EXPECT_THAT(result.bins, ElementsAre(1, 2));
  EXPECT_EQ(result.below, 1u);
  EXPECT_EQ(result.above, 2u);
}

TEST(Distribution, LosesNoFiniteValue) {
  const auto values = testing::adversarial(3000, 4);
  const auto result = distribution(values, {{}, 96, {}, {}}).value();
  EXPECT_EQ(std::accumulate(result.bins.begin(), result.bins.end(), uint64_t{0}),
            result.statistics.finite);
}

TEST(Distribution, GivesMeanDeviationAndLowerMedian) {
  const auto result = distribution({1, 2, 3, 10, NAN}, {{}, 4, {}, {}}).value();
  EXPECT_DOUBLE_EQ(result.mean, 4);
  EXPECT_DOUBLE_EQ(result.deviation, std::sqrt(12.5));
  EXPECT_EQ(result.median, 2);
}

TEST(Distribution, GivesEqualValuesOneBarInTheMiddle) {
  const auto result = distribution({7, 7, 7}, {{}, 3, {}, {}}).value();
  EXPECT_THAT(result.bins, ElementsAre(0, 3, 0));
}

TEST(Distribution, IsEmptyWithoutFiniteValues) {
  const auto result = distribution({NAN, INFINITY}, {{}, 3, {}, {}}).value();
  EXPECT_THAT(result.bins, ElementsAre(0, 0, 0));
}

TEST(Distribution, RefusesAnEmptyAxis) {
  EXPECT_EQ(distribution({1, 2}, {{}, 3, 5.0, 5.0}).error().message,
            "axis from 5 to 5: low must be below high");
}

}  // namespace
}  // namespace geoneuron::views
