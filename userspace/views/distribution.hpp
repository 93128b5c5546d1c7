// SPDX-License-Identifier: MIT
// Distribution: the histogram of one tensor and the numbers that go with it. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

struct DistributionRequest {
  ElementRange range;
  uint32_t bins = 1;
  // The axis; nothing: the smallest and the largest finite value.
  std::optional<double> low, high;
};

struct Distribution {
  KeyStatistics statistics;
  double low = 0, high = 1;    // the axis, low < high
  std::vector<uint64_t> bins;  // equal parts of the axis; the last one includes `high`
  uint64_t below = 0, above = 0;
  // Of the finite values: sums in double, in order; the median is the value of rank
  // floor((n - 1) / 2). Valid where there are any.
  double mean = 0, deviation = 0;
  float median = 0;

  // EINVAL where the axis is empty.
  static Result<Distribution> of(PixelDevice& device, std::span<const float> elements,
                                 const DistributionRequest& request);
};

}  // namespace geoneuron::views
