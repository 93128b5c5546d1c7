// SPDX-License-Identifier: MIT
// DeviceOrder: the order of jobs on one device, and what it would cost with one more job at each of
// its places, eight places at a time. Fixed size, allocates nothing. Not thread-safe.
//
// How eight at a time: lane l begins where the first i + l jobs are done, which is known from
// before, runs the new job, and then the jobs that follow: i + l, i + l + 1, ... So in every step
// the lanes want neighbours of the order, and its columns are loaded as they are.
#pragma once

#include <cstdint>
#include <span>

#include "policy/timeline/lanes.hpp"
#include "policy/timeline/scaled_problem.hpp"

namespace geoneuron::policy {

// Where a job goes and what the device's whole order costs then.
struct Place {
  uint32_t at = 0;
  ScaledObjective objective{};
};

// The jobs of an order and what is known after each of them. Behind the last job lie some that take
// no time and never matter, for lanes that are done before others.
struct OrderColumns {
  static constexpr uint32_t kLength = whole_lanes(kMostTimelineJobs + 1) + 2 * kLanes;

  // Of the i-th job.
  alignas(32) int32_t times[kEngines][kLength];
  alignas(32) int32_t release[kLength];
  alignas(32) int32_t due[kLength];
  alignas(32) double weight[kLength];
  alignas(32) double miss[kLength];
  uint64_t bytes[kLength];
  uint16_t job[kLength];
  // When the first i jobs are done: each engine, what they cost, and what the others cost.
  alignas(32) int32_t free[kEngines][kLength];
  alignas(32) double cost[kLength];
  alignas(32) double rest[kLength];
  // With limited staging memory: what of it has not been waited for, and from which job on; those
  // that run already come first.
  uint64_t used[kLength];
  uint32_t oldest[kLength];
  uint32_t length;
};

class DeviceOrder {
 public:
  void begin(const ScaledProblem& problem, uint32_t device);

  void set_order(std::span<const uint16_t> order);
  uint32_t length() const { return full_.length; }
  uint16_t job_at(uint32_t place) const { return full_.job[place]; }
  std::span<const uint16_t> order() const { return {full_.job, full_.length}; }
  const OrderColumns& columns() const { return full_; }
  ScaledObjective objective() const { return objective_of(full_); }
  // Without the job that was left out last.
  ScaledObjective objective_without() const { return objective_of(cut_); }

  // The best place for a job that is not in the order; of those that cost more than `most` nothing
  // is said (at least one such place is then told, with a cost above `most`). `before_end`: what
  // other devices end at; ends before it are all the same.
  Place best_place(uint16_t job, double most, int32_t before_end);
  // The same for the job at `place`, without it where it is.
  Place best_place_again(uint32_t place, double most, int32_t before_end);
  // Takes the job at `place` out of what best_place_again() looks at, for other devices' sake.
  void leave_out(uint32_t place);

  void insert(uint16_t job, uint32_t place);
  void remove(uint32_t place);
  void move(uint32_t from, uint32_t to);

 private:
  ScaledObjective objective_of(const OrderColumns& columns) const;
  void put(OrderColumns& columns, uint32_t place, uint16_t job) const;
  void refresh(OrderColumns& columns, uint32_t from) const;
  void pad(OrderColumns& columns) const;
  Place best_place_in(const OrderColumns& columns, const ScaledJob& job, double most,
                      int32_t before_end) const;

  const ScaledProblem* problem_ = nullptr;
  const ScaledDevice* device_ = nullptr;
  uint32_t index_ = 0;
  OrderColumns full_{}, cut_{};
};

}  // namespace geoneuron::policy
