// SPDX-License-Identifier: MIT
// Distribution: how often which values came, kept in little room: values below 16 as they are,
// larger ones by eighths of a power of two, so that none is told more than an eighth too low. Two
// of them, taken at two times, tell what came between.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace geoneuron::policy {

class Distribution {
 public:
  void add(uint64_t value) { ++counts_[floor_of(value)]; }
  // Lowest value of each interval in which there are some, ascending, and how many.
  std::vector<std::pair<uint64_t, uint64_t>> rows() const {
    return {counts_.begin(), counts_.end()};
  }

  static uint64_t floor_of(uint64_t value);

 private:
  std::map<uint64_t, uint64_t> counts_;  // at most 16 + 60 * 8
};

}  // namespace geoneuron::policy
