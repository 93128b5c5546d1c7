// SPDX-License-Identifier: MIT
// The sum of contiguous elements. Thread-safe.
#pragma once

#include <cstdint>

namespace geoneuron::engine::cpu {

// In lanes that do not wait for each other; always the same ones, so the sum repeats bit by bit.
// Inlined, so that callers compiled for several machines get it for each.
template <typename S, int64_t kLanes, typename T>
[[gnu::always_inline]] inline S lane_sum(const T* source, int64_t count) {
  S lanes[kLanes] = {};
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += static_cast<S>(source[i + lane]);
  for (int64_t i = whole; i < count; ++i) lanes[i - whole] += static_cast<S>(source[i]);
  S sum = 0;
  for (const S lane : lanes) sum += lane;
  return sum;
}

}  // namespace geoneuron::engine::cpu
