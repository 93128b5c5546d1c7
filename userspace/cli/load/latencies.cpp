// SPDX-License-Identifier: MIT
#include "cli/load/latencies.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::cli::load {

void Latencies::add(const Latencies& others) {
  values_.insert(values_.end(), others.values_.begin(), others.values_.end());
  is_sorted_ = false;
}

uint64_t Latencies::percentile(uint32_t per_mille) const {
  if (values_.empty()) return 0;
  if (!is_sorted_) std::ranges::sort(values_);
  is_sorted_ = true;
  const uint64_t rank = (uint64_t{per_mille} * values_.size() + 999) / 1000;
  return values_[std::clamp<uint64_t>(rank, 1, values_.size()) - 1];
}

nlohmann::ordered_json to_json(const Latencies& latencies) {
  return {{"p50_ns", latencies.percentile(500)},
          {"p90_ns", latencies.percentile(900)},
          {"p99_ns", latencies.percentile(990)},
          {"max_ns", latencies.longest()}};
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
  };
  return {at(0.25), at(0.5), at(0.75)};
}

double jains_index(std::span<const double> shares) {
  double sum = 0, squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace geoneuron::cli::load
