// SPDX-License-Identifier: MIT
// Compiled without contraction to fused multiply-adds: all instruction sets give the same bits.
#include "engine/cpu/exponential.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "engine/cpu/lane_sum.hpp"
#include "engine/cpu/machines.hpp"

namespace geoneuron::engine::cpu {
namespace {

// 2^n for -126 <= n <= 127.
inline float power_of_two(uint32_t n) {
  return std::bit_cast<float>((n + 127u) << 23);
}

// exp(x) = 2^n * exp(r), where n is the whole number nearest to x / ln 2.
inline float exponential(float x) {
  // Beyond these it is 0 and infinity. NaN passes both.
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  constexpr float kLog2E = 1.44269504f;
  constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23: what is added to it loses its fraction
  const float rounded = x * kLog2E + kRounder;
  const float n = rounded - kRounder;
  // ln 2 in two parts, the first so short that its products with n are exact.
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  // |r| <= 0.35: what the series leaves out is below 2^-27.
  const float tail =
      0.5f +
      r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720 + r * (1.0f / 5040)))));
  const float result = 1.0f + (r + r * r * tail);
  // In two factors, because 2^n may be too large or too small for one.
  const auto whole = std::bit_cast<int32_t>(rounded) - std::bit_cast<int32_t>(kRounder);
  const int32_t half = whole >> 1;
  return result * power_of_two(static_cast<uint32_t>(half)) *
         power_of_two(static_cast<uint32_t>(whole - half));
}

constexpr int64_t kLanes = 16;

}  // namespace

GN_ALL_MACHINES void exponentials(const float* x, float shift, float* result, int64_t count) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) result[i] = exponential(x[i] - shift);
}

GN_ALL_MACHINES float highest_of(const float* x, int64_t count) {
  float lanes[kLanes];
  for (float& lane : lanes) lane = -std::numeric_limits<float>::infinity();
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
  for (int64_t i = whole; i < count; ++i)
    lanes[i - whole] = x[i] > lanes[i - whole] ? x[i] : lanes[i - whole];
  return *std::max_element(lanes, lanes + kLanes);
}

GN_ALL_MACHINES double sum_of(const float* x, int64_t count) {
  return lane_sum<double, kLanes>(x, count);
}

}  // namespace geoneuron::engine::cpu
