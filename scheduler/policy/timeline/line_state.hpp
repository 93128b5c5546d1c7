// SPDX-License-Identifier: MIT
// LineState: how far a device is after some jobs, and what running one more does to it: one job at
// a time, with all that the model knows. Thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "policy/timeline/scaled_problem.hpp"

namespace geoneuron::policy {

// What a job holds until it is complete.
struct Holder {
  uint64_t bytes = 0;
  int32_t until = 0;
};

struct LineState {
  std::array<int32_t, kEngines> free{};
  double cost = 0;
  uint64_t used = 0;    // staging bytes of those that were not waited for
  uint32_t oldest = 0;  // of these; those that run already come before those of the plan
};

inline LineState first_state(const ScaledDevice& device) {
  LineState state{device.free, 0, 0, 0};
  for (uint32_t i = 0; i < device.held_count; ++i) state.used += device.held_bytes[i];
  return state;
}

// `before`: how many jobs of the plan ran before this one, and `holder(i)` what the i-th of them
// holds; asked only where memory binds.
template <typename HolderOf>
void run_job(LineState& state, const ScaledDevice& device, const ScaledJob& job, uint32_t before,
             const HolderOf& holder) {
  int32_t ready = std::max(state.free[0], job.release);
  if (device.staging_binds) {
    const uint64_t limit = device.staging_limit_bytes;
    const uint32_t held = device.held_count;
    while (state.oldest < held + before &&
           (state.used > limit || job.staging_bytes > limit - state.used)) {
      const uint32_t i = state.oldest++;
      const Holder back =
          i < held ? Holder{device.held_bytes[i], device.held_until[i]} : holder(i - held);
      state.used -= back.bytes;
      ready = std::max(ready, back.until);
    }
    state.used += job.staging_bytes;
  }
  for (size_t k = 0; k < kEngines; ++k)
    state.free[k] = ready = std::max(state.free[k], ready) + job.times[k];
  const int32_t late = std::max(ready - job.due, 0);
  state.cost += late * job.weight + (late > 0 ? job.miss : 0);
}

}  // namespace geoneuron::policy
