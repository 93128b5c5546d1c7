// SPDX-License-Identifier: MIT
// Random: chances of a simulation, the same on every machine for a seed. Not thread-safe.
#pragma once

#include <cmath>
#include <cstdint>

#include "policy/timeline/random.hpp"

namespace geoneuron::simulator {

class Random {
 public:
  explicit Random(uint64_t seed) : numbers_(seed) {}

  // In [0, count); 0 for a count of 0.
  uint64_t below(uint64_t count) {
    return static_cast<uint64_t>(numbers_.unit() * static_cast<double>(count));
  }
  double between(double low, double high) { return low + (high - low) * numbers_.unit(); }
  double exponential(double mean) { return -mean * std::log1p(-numbers_.unit()); }
  bool chance(double probability) { return numbers_.unit() < probability; }

 private:
  policy::Random numbers_;
};

}  // namespace geoneuron::simulator
