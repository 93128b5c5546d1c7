// SPDX-License-Identifier: MIT
// Latencies: times in nanoseconds, and what a share of them stays under. Not thread-safe.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

namespace geoneuron::cli::load {

class Latencies {
 public:
  void add(uint64_t latency_ns) {
    values_.push_back(latency_ns);
    is_sorted_ = false;
  }
  void add(const Latencies& others);

  size_t count() const { return values_.size(); }
  // The smallest time that at least `per_mille` of 1000 do not exceed (nearest rank); 0 of none.
  uint64_t percentile(uint32_t per_mille) const;
  uint64_t longest() const { return percentile(1000); }

 private:
  mutable std::vector<uint64_t> values_;
  mutable bool is_sorted_ = true;
};

// {"p50_ns": ..., "p90_ns": ..., "p99_ns": ..., "max_ns": ...}
nlohmann::ordered_json to_json(const Latencies& latencies);

// Of a benchmark's rounds: their middle, and its quartiles as the spread.
struct Spread {
  double low = 0, median = 0, high = 0;
};
Spread spread_of(std::vector<double> values);

// (sum x)^2 / (n sum x^2): 1 where all have the same, 1/n where one has everything.
double jains_index(std::span<const double> shares);

}  // namespace geoneuron::cli::load
