// SPDX-License-Identifier: MIT
#include "views/distribution.hpp"

#include <algorithm>
#include <cmath>

#include "views/normalisation.hpp"

namespace geoneuron::views {
namespace {

void set_moments(Distribution& distribution, std::span<const float> values) {
  const auto count = static_cast<double>(distribution.statistics.finite);
  double sum = 0, squares = 0;
  for (const float value : values)
    if (std::isfinite(value)) sum += double{value};
  distribution.mean = sum / count;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double difference = double{value} - distribution.mean;
    squares += difference * difference;
  }
  distribution.deviation = std::sqrt(squares / count);
}

Result<void> set_axis(Distribution& distribution, const DistributionRequest& request) {
  const KeyStatistics& statistics = distribution.statistics;
  const bool any = statistics.finite > 0;
  distribution.low = request.low.value_or(any ? value_of_key(statistics.minimum_key) : 0);
  distribution.high = request.high.value_or(any ? value_of_key(statistics.maximum_key) : 1);
  if (distribution.low < distribution.high) return {};
  if (request.low || request.high)
    return invalid("axis from %g to %g: low must be below high", distribution.low,
                   distribution.high);
  // All values are the same: give their one bar some room.
  const double room = std::max(std::abs(distribution.low) / 2, 0.5);
  distribution.low -= room;
  distribution.high += room;
  return {};
}

std::vector<uint32_t> edges_of(const Distribution& distribution, uint32_t bins) {
  std::vector<uint32_t> edges;
  const double width = distribution.high - distribution.low;
  for (uint32_t i = 0; i < bins; ++i)
    edges.push_back(key_not_below(distribution.low + width * i / bins));
  // The smallest key beyond the axis.
  const uint32_t last = key_not_below(distribution.high);
  const bool exact = static_cast<double>(value_of_key(last)) == distribution.high;
  edges.push_back(std::max(exact ? last + 1 : last, edges.back()));
  return edges;
}

}  // namespace

Result<Distribution> Distribution::of(PixelDevice& device, std::span<const float> elements,
                                      const DistributionRequest& request) {
  Distribution result;
  result.statistics = GN_TRY(device.statistics(elements, {&request.range, 1}))[0];
  if (auto set = set_axis(result, request); !set) return set.error();
  const auto edges = edges_of(result, request.bins);
  const auto counts = GN_TRY(device.histogram(elements, request.range, edges));
  result.below = counts.front();
  result.above = counts.back();
  result.bins.assign(counts.begin() + 1, counts.end() - 1);
  if (result.statistics.finite == 0) return result;
  const RankQuery middle{request.range, percentile_rank(50'000, result.statistics.finite)};
  result.median = value_of_key(GN_TRY(device.keys_of_rank(elements, {&middle, 1}))[0]);
  set_moments(result, elements.subspan(request.range.first, request.range.count));
  return result;
}

}  // namespace geoneuron::views
