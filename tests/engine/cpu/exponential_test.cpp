// SPDX-License-Identifier: MIT
#include "engine/cpu/exponential.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace geoneuron::engine::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float exponential(float x) {
  cpu::exponentials(&x, 0, &x, 1);
  return x;
}

// Distance from one float32 to the next at `value`, also where those are subnormal.
double unit_in_the_last_place(double value) {
  return std::ldexp(1.0, std::max(std::ilogb(value), -126) - 23);
}

// A prime step through the bits of all floats from 0 to 104, of both signs.
TEST(CpuExponential, ErrsByLessThanTwoUnitsInTheLastPlace) {
  double worst = 0;
  float at = 0;
  for (uint32_t bits = 0; bits <= std::bit_cast<uint32_t>(104.0f); bits += 307)
    for (const uint32_t sign : {0u, 0x80000000u}) {
      const float x = std::bit_cast<float>(bits | sign);
      const double expected = std::exp(static_cast<double>(x));
      if (static_cast<float>(expected) == kInfinity) {
        ASSERT_EQ(exponential(x), kInfinity) << x;
        continue;
      }
      const double error = std::abs(static_cast<double>(exponential(x)) - expected) /
                           unit_in_the_last_place(expected);
      if (error > worst) worst = error, at = x;
    }
  EXPECT_LT(worst, 2.0) << "at " << at;
}

TEST(CpuExponential, KnowsItsLimits) {
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(exponential(kInfinity), kInfinity);
  EXPECT_EQ(exponential(-kInfinity), 0);
  EXPECT_EQ(exponential(1e30f), kInfinity);
  EXPECT_EQ(exponential(-1e30f), 0);
  EXPECT_EQ(exponential(88.7f), std::exp(88.7f));
  EXPECT_TRUE(std::isnan(exponential(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(exponential(-std::numeric_limits<float>::quiet_NaN())));
}

TEST(CpuExponential, IsTheSameWhereverAnElementLies) {
  std::vector<float> x(67), result(67);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) * 0.7f - 20;
  cpu::exponentials(x.data(), 1.5f, result.data(), 67);
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(result[i], exponential(x[i] - 1.5f)) << i;
}

TEST(CpuExponential, FindsTheHighestAndTheSum) {
  std::vector<float> x(67, 0.25f);
  x[66] = 3;
  x[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(cpu::highest_of(x.data(), 67), 3);
  EXPECT_EQ(cpu::highest_of(x.data(), 0), -kInfinity);
  x[5] = 1;
  EXPECT_EQ(cpu::sum_of(x.data(), 67), 65 * 0.25 + 4);
}

}  // namespace
}  // namespace geoneuron::engine::test
