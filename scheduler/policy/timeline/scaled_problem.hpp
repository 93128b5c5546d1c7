// SPDX-License-Identifier: MIT
// ScaledProblem: a TimelineProblem in numbers that the inner loops compute with quickly and
// exactly: 32-bit times from the moment on at which anything may happen, costs as whole numbers in
// doubles. Plans that are long or heavily weighted are searched in units of 2^shift nanoseconds;
// with shift 0, and that is what windows of a second and less have, nothing is rounded. Allocates
// in its constructor alone. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "policy/timeline/problem.hpp"

namespace geoneuron::policy {

struct ScaledJob {
  std::array<int32_t, kEngines> times{};
  int32_t release = 0;
  int32_t due = 0;
  double weight = 0;
  double miss = 0;  // what being late costs once: more than all tardiness; 0 if it need not be met
  uint64_t staging_bytes = 0;
};

struct ScaledDevice {
  std::array<int32_t, kEngines> free{};
  uint64_t staging_limit_bytes = 0;
  bool staging_binds = false;  // the jobs and what is held could need more than there is
  std::array<int32_t, kMostHeldBatches> held_until{};
  std::array<uint64_t, kMostHeldBatches> held_bytes{};
  uint32_t held_count = 0;
};

// Of a plan or a part of it. `cost`: misses and weighted tardiness, a whole number below 2^53.
struct ScaledObjective {
  double cost = 0;
  int32_t end = 0;

  friend bool operator<(const ScaledObjective& left, const ScaledObjective& right) {
    return left.cost != right.cost ? left.cost < right.cost : left.end < right.end;
  }
};

class ScaledProblem {
 public:
  ScaledProblem();
  void set(const TimelineProblem& problem);

  uint32_t jobs() const { return jobs_; }
  uint32_t devices() const { return devices_; }
  uint32_t shift() const { return shift_; }
  bool has_misses() const { return has_misses_; }
  const ScaledJob& job(uint32_t device, uint16_t job) const {
    return scaled_[size_t{device} * jobs_ + job];
  }
  const ScaledDevice& device(uint32_t device) const { return scaled_devices_[device]; }

 private:
  void choose_shift(const TimelineProblem& problem);
  int32_t scaled(int64_t time_ns) const;
  void set_job(const TimelineProblem& problem, uint32_t device, uint32_t job);
  void set_device(const TimelineProblem& problem, uint32_t device);

  uint32_t jobs_ = 0, devices_ = 0, shift_ = 0;
  int64_t origin_ns_ = 0;
  double miss_ = 0;
  bool has_misses_ = false;
  std::vector<ScaledJob> scaled_;
  std::array<ScaledDevice, kMostTimelineDevices> scaled_devices_;
};

}  // namespace geoneuron::policy
