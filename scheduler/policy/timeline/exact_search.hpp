// SPDX-License-Identifier: MIT
// ExactSearch: the best of all plans of a few jobs, by branch and bound: plans grow job by job from
// their beginning, and one whose jobs cannot cost less than the best known plan grows no further.
// In slices. Allocates nothing. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "policy/timeline/line_state.hpp"
#include "policy/timeline/scaled_problem.hpp"
#include "policy/timeline/stop.hpp"

namespace geoneuron::policy {

class ExactSearch {
 public:
  static constexpr uint32_t kMostJobs = 8;

  // `problem` must outlive the search, with at most kMostJobs jobs. Looks for plans that are better
  // than `known`.
  void begin(const ScaledProblem& problem, const ScaledObjective& known);
  // Until all plans are looked at or excluded (true) or `pace` is over (false).
  bool advance(Pace& pace);

  // A better plan was found; then it is in `orders`, one per device.
  bool found() const { return found_; }
  void get(std::span<JobOrder> orders) const;
  const ScaledObjective& best() const { return best_; }

 private:
  struct Choice {
    uint16_t job = 0;
    uint16_t device = 0;
  };
  // A plan that has begun: what is on the devices before this one is complete.
  struct Node {
    LineState state;
    ScaledObjective before;  // of the devices before
    uint32_t device = 0;
    uint32_t first = 0;  // the device's first job among those placed
    uint32_t placed = 0;
    uint32_t left = 0;  // a bit for each job
    uint32_t next = 0;  // what to try next: a job, or behind all jobs the next device
  };

  bool place(const Node& node, uint16_t job, Node& child);
  bool next_device(const Node& node, Node& child) const;
  bool hopeful(const Node& node) const;
  ScaledObjective objective_of(const Node& node) const;
  void keep(const Node& node);

  const ScaledProblem* problem_ = nullptr;
  ScaledObjective best_;
  bool found_ = false;
  uint32_t depth_ = 0;  // nodes on the way to the current one, itself counted
  std::array<Node, kMostJobs + kMostTimelineDevices> nodes_;
  std::array<Choice, kMostJobs> placed_, best_placed_;
  std::array<int32_t, kMostJobs> ends_{};
};

}  // namespace geoneuron::policy
