// SPDX-License-Identifier: MIT
// SegmentRun: a segment clipped to a canvas and turned into a loop over pixels. Made once, on the
// CPU in 64-bit integers, for all devices: they only step through it. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "views/pixel_device.hpp"

namespace geoneuron::views {

// For i in [0, count): along the major axis the pixel is first + i, across it
// (minor + i * slope) >> 16 (16.16 fixed point, arithmetic shift); all of them inside the canvas.
struct SegmentRun {
  int32_t first = 0;
  int32_t count = 0;
  int32_t minor = 0;
  int32_t slope = 0;
  int32_t weight = 0;
  uint32_t steep = 0;  // 1: the major axis is y
};

// The rule. The major axis is x where |x1 - x0| >= |y1 - y0|, else y; the ends are swapped so that
// the major coordinate grows. The pixels are those from the column (row) of the first end to that
// of the last; in each, the line is evaluated at the pixel's centre with a slope of
// floor((2^17 dy + dx) / (2 dx)) / 65536, from the first end. Nothing where no pixel lies inside.
// Coordinates beyond +-2^23 (32,768 pixels) and the weight 0 give nothing.
std::optional<SegmentRun> run_of(const Segment& segment, uint32_t width, uint32_t height);

}  // namespace geoneuron::views
