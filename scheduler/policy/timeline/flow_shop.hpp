// SPDX-License-Identifier: MIT
// FlowShop: jobs that pass through the same machines, all in one order; what matters is when the
// last one is done. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace geoneuron::policy {

struct FlowShop {
  uint32_t jobs = 0;
  uint32_t machines = 0;       // at least 1
  std::vector<int32_t> times;  // of job j on machine k: times[j * machines + k], not negative

  std::span<const int32_t> of(uint32_t job) const {
    return std::span(times).subspan(size_t{job} * machines, machines);
  }
};

// Of any shop.
inline constexpr uint32_t kMostMachines = 64;

// What all times of a shop must sum up to at most, so that no sum overflows.
inline constexpr int64_t kLongestShop = INT32_MAX / 4;

// When the last job of `order` leaves the last machine: the plain recurrence, which the search's
// shortcuts are tested against.
int32_t makespan(const FlowShop& shop, std::span<const uint16_t> order);

// No order takes less: for each machine, what the jobs take there, after the shortest way to it and
// before the shortest way on from it, of two different jobs where there are two; and each job
// alone.
int32_t makespan_bound(const FlowShop& shop);

}  // namespace geoneuron::policy
