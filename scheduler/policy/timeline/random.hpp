// SPDX-License-Identifier: MIT
// A small generator of pseudo-random numbers: the same on every machine, which those of the
// standard library are not once they are brought into a range. Not thread-safe. Source: Steele,
// Lea, Flood: Fast splittable pseudorandom number generators, 2014 (SplitMix64).
#pragma once

#include <cstdint>

namespace geoneuron::policy {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return mixed ^ mixed >> 31;
  }
  // In [0, count); count must not be 0. Its bias is below count / 2^32.
  uint32_t below(uint32_t count) { return static_cast<uint32_t>((next() >> 32) * count >> 32); }
  // In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

}  // namespace geoneuron::policy
