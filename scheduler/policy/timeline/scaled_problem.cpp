// SPDX-License-Identifier: MIT
#include "policy/timeline/scaled_problem.hpp"

#include <algorithm>
#include <cassert>

namespace geoneuron::policy {
namespace {

constexpr int32_t kHorizon = INT32_MAX / 2;
constexpr double kMostCost = 0x1p52;

}  // namespace

ScaledProblem::ScaledProblem() : scaled_(kMostTimelineJobs * kMostTimelineDevices) {}

void ScaledProblem::set(const TimelineProblem& problem) {
  assert(problem.jobs.size() <= kMostTimelineJobs);
  assert(!problem.devices.empty() && problem.devices.size() <= kMostTimelineDevices);
  assert(problem.times.size() == problem.jobs.size() * problem.devices.size());
  jobs_ = static_cast<uint32_t>(problem.jobs.size());
  devices_ = static_cast<uint32_t>(problem.devices.size());
  has_misses_ = std::ranges::any_of(problem.jobs, &TimelineJob::must_be_met);
  choose_shift(problem);
  for (uint32_t d = 0; d < devices_; ++d) {
    set_device(problem, d);
    for (uint32_t j = 0; j < jobs_; ++j) set_job(problem, d, j);
  }
}

// The origin is the first moment at which an engine is free; no plan without pauses lasts longer
// than all that is known of after it, one after the other on the slowest device.
void ScaledProblem::choose_shift(const TimelineProblem& problem) {
  origin_ns_ = INT64_MAX;
  int64_t last_ns = INT64_MIN;
  for (const TimelineDevice& device : problem.devices) {
    origin_ns_ = std::min(origin_ns_, std::ranges::min(device.free_ns));
    last_ns = std::max(last_ns, std::ranges::max(device.free_ns));
    for (uint32_t i = 0; i < device.held_count; ++i)
      last_ns = std::max(last_ns, device.held[i].until_ns);
  }
  double longest = 0, weights = 0;
  for (const TimelineJob& job : problem.jobs) {
    last_ns = std::max(last_ns, job.release_ns);
    weights += job.weight;
  }
  for (uint32_t j = 0; j < jobs_; ++j) {
    double slowest = 0;
    for (uint32_t d = 0; d < devices_; ++d) {
      double total = 0;
      for (const int64_t time : problem.times[size_t{d} * jobs_ + j])
        total += static_cast<double>(time);
      slowest = std::max(slowest, total);
    }
    longest += slowest;
  }
  longest += static_cast<double>(last_ns) - static_cast<double>(origin_ns_);
  const double musts = has_misses_ ? jobs_ + 1 : 1;
  for (shift_ = 0;; ++shift_) {
    const double horizon = longest / static_cast<double>(uint64_t{1} << shift_) + 4 * jobs_ + 16;
    miss_ = horizon * weights + 1;
    if (horizon < kHorizon && miss_ * musts < kMostCost) break;
  }
  miss_ = static_cast<double>(static_cast<int64_t>(miss_) + 1);
}

// Times before the origin are the origin: nothing can happen there.
int32_t ScaledProblem::scaled(int64_t time_ns) const {
  if (time_ns <= origin_ns_) return 0;
  const uint64_t after = static_cast<uint64_t>(time_ns) - static_cast<uint64_t>(origin_ns_);
  return static_cast<int32_t>(std::min<uint64_t>(after >> shift_, kHorizon));
}

void ScaledProblem::set_job(const TimelineProblem& problem, uint32_t device, uint32_t job) {
  const TimelineJob& from = problem.jobs[job];
  ScaledJob& to = scaled_[size_t{device} * jobs_ + job];
  const EngineTimes& times = problem.times[size_t{device} * jobs_ + job];
  const int64_t half = shift_ == 0 ? 0 : int64_t{1} << (shift_ - 1);
  for (size_t k = 0; k < kEngines; ++k)
    to.times[k] = static_cast<int32_t>((times[k] + half) >> shift_);
  to.release = scaled(from.release_ns);
  to.due = scaled(from.due_ns);
  to.weight = from.weight;
  to.miss = from.must_be_met ? miss_ : 0;
  to.staging_bytes = from.staging_bytes;
}

void ScaledProblem::set_device(const TimelineProblem& problem, uint32_t device) {
  const TimelineDevice& from = problem.devices[device];
  ScaledDevice& to = scaled_devices_[device];
  for (size_t k = 0; k < kEngines; ++k) to.free[k] = scaled(from.free_ns[k]);
  to.staging_limit_bytes = from.staging_limit_bytes;
  to.held_count = from.held_count;
  uint64_t left = from.staging_limit_bytes;
  const auto fits = [&left](uint64_t bytes) {
    const bool there = bytes <= left;
    left -= there ? bytes : 0;
    return there;
  };
  to.staging_binds = false;
  int32_t until = 0;
  for (uint32_t i = 0; i < from.held_count; ++i) {
    to.held_until[i] = until = std::max(until, scaled(from.held[i].until_ns));
    to.held_bytes[i] = from.held[i].bytes;
    if (!fits(from.held[i].bytes)) to.staging_binds = true;
  }
  for (const TimelineJob& job : problem.jobs)
    if (!fits(job.staging_bytes)) to.staging_binds = true;
}

}  // namespace geoneuron::policy
