// SPDX-License-Identifier: MIT
// The time that this thread has computed: budgets of searches are measured by it, so that other
// work on the machine takes nothing from them. Thread-safe.
#pragma once

#include <ctime>

#include <cstdint>

namespace geoneuron::simulator {

inline uint64_t thread_time_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace geoneuron::simulator
