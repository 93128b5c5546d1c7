// SPDX-License-Identifier: MIT
// The clock of deadlines: CLOCK_MONOTONIC in nanoseconds. Thread-safe.
#pragma once

#include <cstdint>
#include <ctime>

namespace geoneuron::cli::load {

constexpr uint64_t kSecond_ns = 1'000'000'000;

inline uint64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * kSecond_ns + static_cast<uint64_t>(time.tv_nsec);
}

inline void sleep_until(uint64_t time_ns) {
  const timespec time = {static_cast<time_t>(time_ns / kSecond_ns),
                         static_cast<long>(time_ns % kSecond_ns)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != 0) continue;
}

}  // namespace geoneuron::cli::load
