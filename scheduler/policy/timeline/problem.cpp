// SPDX-License-Identifier: MIT
#include "policy/timeline/problem.hpp"

#include <algorithm>

namespace geoneuron::policy {
namespace {

class DeviceRun {
 public:
  DeviceRun(const TimelineDevice& device)
      : free_(device.free_ns), limit_(device.staging_limit_bytes) {
    for (uint32_t i = 0; i < device.held_count; ++i)
      take(device.held[i].bytes, device.held[i].until_ns);
  }

  PlannedJob run(const TimelineJob& job, const EngineTimes& times) {
    int64_t ready = std::max({job.release_ns, free_[0], memory_for(job.staging_bytes)});
    PlannedJob planned;
    for (size_t k = 0; k < kEngines; ++k) {
      const int64_t begin = std::max(ready, free_[k]);
      free_[k] = ready = begin + times[k];
      planned.engines[k] = {begin, ready};
    }
    take(job.staging_bytes, ready);
    return planned;
  }

 private:
  // When so many bytes are there: when as few as possible of those before are complete. What was
  // waited for once is complete for all that follow.
  int64_t memory_for(uint64_t bytes) {
    int64_t there_ns = INT64_MIN;
    while (oldest_ < count_ && (used_ > limit_ || bytes > limit_ - used_)) {
      there_ns = taken_[oldest_].until_ns;
      used_ -= taken_[oldest_++].bytes;
    }
    return there_ns;
  }

  void take(uint64_t bytes, int64_t until_ns) {
    if (count_ > 0) until_ns = std::max(until_ns, taken_[count_ - 1].until_ns);
    taken_[count_++] = {bytes, until_ns};
    used_ += bytes;
  }

  EngineTimes free_;
  uint64_t limit_;
  std::array<HeldStaging, kMostHeldBatches + kMostTimelineJobs> taken_;
  size_t count_ = 0, oldest_ = 0;
  uint64_t used_ = 0;
};

template <typename Visit>
void run_all(const TimelineProblem& problem, std::span<const JobOrder> orders, const Visit& visit) {
  for (size_t d = 0; d < orders.size(); ++d) {
    DeviceRun run(problem.devices[d]);
    for (const uint16_t job : orders[d]) {
      PlannedJob planned = run.run(problem.jobs[job], problem.times[d * problem.jobs.size() + job]);
      planned.job = job;
      planned.device = static_cast<uint16_t>(d);
      visit(planned);
    }
  }
}

}  // namespace

std::vector<PlannedJob> simulate(const TimelineProblem& problem, std::span<const JobOrder> orders) {
  std::vector<PlannedJob> all;
  run_all(problem, orders, [&](const PlannedJob& planned) { all.push_back(planned); });
  return all;
}

Objective evaluate(const TimelineProblem& problem, std::span<const JobOrder> orders) {
  Objective objective;
  run_all(problem, orders, [&](const PlannedJob& planned) {
    const TimelineJob& job = problem.jobs[planned.job];
    const int64_t end_ns = planned.engines.back().end_ns;
    objective.end_ns = std::max(objective.end_ns, end_ns);
    if (job.due_ns >= end_ns) return;
    objective.misses += job.must_be_met;
    const auto late_ns = static_cast<uint64_t>(end_ns) - static_cast<uint64_t>(job.due_ns);
    objective.weighted_tardiness += Objective::Sum{late_ns} * job.weight;
  });
  return objective;
}

}  // namespace geoneuron::policy
