// SPDX-License-Identifier: MIT
#include "views/segment_run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace geoneuron::views {
namespace {

using Pixels = std::set<std::pair<int64_t, int64_t>>;

Pixels pixels_of(const Segment& segment, uint32_t width, uint32_t height) {
  Pixels result;
  const auto run = run_of(segment, width, height);
  if (!run) return result;
  for (int32_t i = 0; i < run->count; ++i) {
    const int64_t major = run->first + i, minor = (run->minor + i * run->slope) >> 16;
    result.insert(run->steep != 0 ? std::pair{minor, major} : std::pair{major, minor});
  }
  return result;
}

// The rule as written in the header, pixel by pixel over the whole unclipped line.
Pixels by_definition(Segment s, uint32_t width, uint32_t height) {
  const bool steep = std::abs(s.x1 - s.x0) < std::abs(s.y1 - s.y0);
  int64_t u0 = s.x0, v0 = s.y0, u1 = s.x1, v1 = s.y1;
  if (steep) std::swap(u0, v0), std::swap(u1, v1);
  if (u0 > u1) std::swap(u0, u1), std::swap(v0, v1);
  const long double du = static_cast<long double>(u1 - u0), dv = static_cast<long double>(v1 - v0);
  const long double slope = du == 0 ? 0 : std::floor((dv * 131072 + du) / (2 * du));
  Pixels result;
  for (int64_t u = u0 >> 8; u <= u1 >> 8; ++u) {
    const int64_t from_end = (u0 >> 8) * 256 + 128 - u0;
    const auto start =
        static_cast<int64_t>(std::floor(slope * static_cast<long double>(from_end) / 256));
    const int64_t v = (v0 * 256 + start + (u - (u0 >> 8)) * static_cast<int64_t>(slope)) >> 16;
    const auto [x, y] = steep ? std::pair{v, u} : std::pair{u, v};
    if (x >= 0 && x < width && y >= 0 && y < height) result.insert({x, y});
  }
  return result;
}

TEST(SegmentRun, FollowsTheRuleForRandomAndClippedSegments) {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::uniform_int_distribution<int32_t> near(-30 * 256, 90 * 256), far(-8'000'000, 8'000'000);
    auto& range = i % 10 == 0 ? far : near;
    const Segment segment{range(random), range(random), range(random), range(random), 1};
    EXPECT_EQ(pixels_of(segment, 61, 47), by_definition(segment, 61, 47));
  }
}

TEST(SegmentRun, IsTheSameFromBothEnds) {
  std::mt19937 random(8);
  std::uniform_int_distribution<int32_t> range(-2000, 20'000);
  for (int i = 0; i < 1000; ++i) {
    const Segment a{range(random), range(random), range(random), range(random), 1};
    const Segment b{a.x1, a.y1, a.x0, a.y0, 1};
    EXPECT_EQ(pixels_of(a, 64, 64), pixels_of(b, 64, 64));
  }
}

TEST(SegmentRun, CoversOnePixelForAPoint) {
  EXPECT_EQ(pixels_of({300, 600, 300, 600, 1}, 9, 9), (Pixels{{1, 2}}));
}

TEST(SegmentRun, CoversOnePixelPerColumnOfAFlatLine) {
  EXPECT_EQ(pixels_of({128, 128, 128 + 3 * 256, 128, 1}, 9, 9),
            (Pixels{{0, 0}, {1, 0}, {2, 0}, {3, 0}}));
}

TEST(SegmentRun, IsNothingWithoutWeightOrInside) {
  EXPECT_FALSE(run_of({0, 0, 256, 256, 0}, 9, 9));
  EXPECT_FALSE(run_of({-512, -512, -300, 256, 1}, 9, 9));
  EXPECT_FALSE(run_of({0, 0, 1 << 23, 0, 1}, 9, 9));
}

}  // namespace
}  // namespace geoneuron::views
