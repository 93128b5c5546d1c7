// SPDX-License-Identifier: MIT
#include "views/segment_run.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace geoneuron::views {
namespace {

constexpr int32_t kMaximumCoordinate = 1 << 23;

int64_t floor_div(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

bool in_range(int32_t coordinate) {
  return coordinate > -kMaximumCoordinate && coordinate < kMaximumCoordinate;
}

// The first and last i with 0 <= minor + i * slope < limit, cut from [first, last].
std::pair<int64_t, int64_t> inside(int64_t minor, int64_t slope, int64_t limit, int64_t first,
                                   int64_t last) {
  if (slope == 0) return minor >= 0 && minor < limit ? std::pair{first, last} : std::pair{1L, 0L};
  if (slope > 0)
    return {std::max(first, -floor_div(minor, slope)),
            std::min(last, floor_div(limit - 1 - minor, slope))};
  return {std::max(first, -floor_div(limit - 1 - minor, -slope)),
          std::min(last, floor_div(minor, -slope))};
}

}  // namespace

std::optional<SegmentRun> run_of(const Segment& segment, uint32_t width, uint32_t height) {
  int64_t u0 = segment.x0, v0 = segment.y0, u1 = segment.x1, v1 = segment.y1;
  if (segment.weight == 0 || !in_range(segment.x0) || !in_range(segment.y0) ||
      !in_range(segment.x1) || !in_range(segment.y1))
    return std::nullopt;
  const bool steep = std::abs(u1 - u0) < std::abs(v1 - v0);
  if (steep) {
    std::swap(u0, v0);
    std::swap(u1, v1);
    std::swap(width, height);
  }
  if (u0 > u1 || (u0 == u1 && v0 > v1)) {
    std::swap(u0, u1);
    std::swap(v0, v1);
  }
  const int64_t du = u1 - u0, dv = v1 - v0;
  const int64_t slope = du == 0 ? 0 : floor_div((dv << 17) + du, 2 * du);
  const int64_t start = floor_div(u0, 256), end = floor_div(u1, 256);
  // Across the major axis at the centre of pixel `start`; slope has 16 fraction bits, u has 8.
  const int64_t minor = (v0 << 8) + floor_div(slope * (start * 256 + 128 - u0), 256);
  const int64_t first = std::max<int64_t>(0, -start);
  const int64_t last = std::min<int64_t>(end, int64_t{width} - 1) - start;
  const auto [low, high] = inside(minor, slope, int64_t{height} << 16, first, last);
  if (low > high) return std::nullopt;
  return SegmentRun{static_cast<int32_t>(start + low),
                    static_cast<int32_t>(high - low + 1),
                    static_cast<int32_t>(minor + low * slope),
                    static_cast<int32_t>(slope),
                    segment.weight,
                    steep ? 1u : 0u};
}

}  // namespace geoneuron::views
