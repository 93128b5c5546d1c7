// SPDX-License-Identifier: MIT
#include "policy/timeline/seeds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace geoneuron::policy {
namespace {

// How many mean times ahead of its due date a job begins to press. 1 to 3 in the literature.
constexpr double kLookAhead = 2;

using Free = std::array<int32_t, kEngines>;

Free after(const ScaledJob& job, const Free& free) {
  Free next = free;
  int32_t ready = job.release;
  for (size_t k = 0; k < kEngines; ++k) next[k] = ready = std::max(next[k], ready) + job.times[k];
  return next;
}

class Assignment {
 public:
  Assignment(const ScaledProblem& problem, std::span<JobOrder> orders)
      : problem_(problem), orders_(orders) {
    for (uint32_t d = 0; d < problem.devices(); ++d) {
      free_[d] = problem.device(d).free;
      orders[d].clear();
    }
  }

  void append(uint16_t job, uint32_t device) {
    free_[device] = after(problem_.job(device, job), free_[device]);
    orders_[device].push_back(job);
  }

  // Where it is complete first.
  void append_to_best(uint16_t job) {
    uint32_t best = 0;
    int32_t earliest = INT32_MAX;
    for (uint32_t d = 0; d < problem_.devices(); ++d) {
      const int32_t end = after(problem_.job(d, job), free_[d]).back();
      if (end < earliest) std::tie(earliest, best) = std::tuple(end, d);
    }
    append(job, best);
  }

  // The device that can take the next job first, and when.
  std::pair<uint32_t, int32_t> first_free() const {
    uint32_t best = 0;
    for (uint32_t d = 1; d < problem_.devices(); ++d)
      if (free_[d][0] < free_[best][0]) best = d;
    return {best, free_[best][0]};
  }

 private:
  const ScaledProblem& problem_;
  std::span<JobOrder> orders_;
  std::array<Free, kMostTimelineDevices> free_{};
};

int32_t total(const ScaledJob& job) {
  return job.times[0] + job.times[1] + job.times[2];
}

int32_t longest(const ScaledJob& job) {
  return std::max({job.times[0], job.times[1], job.times[2], 1});
}

double apparent_cost(const ScaledJob& job, int32_t now, double mean) {
  const double slack = std::max(0, job.due - total(job) - now);
  return (job.weight + (job.miss > 0 ? kMostWeight : 0)) / longest(job) *
         std::exp(-slack / (kLookAhead * mean));
}

double mean_time(const ScaledProblem& problem) {
  double sum = 1;
  for (uint32_t j = 0; j < problem.jobs(); ++j)
    sum += longest(problem.job(0, static_cast<uint16_t>(j)));
  return sum / problem.jobs();
}

// Of those released when a device takes the next job, the one that costs most to keep waiting;
// where none is, the one released first.
void order_by_apparent_tardiness(const ScaledProblem& problem, std::span<uint16_t> left,
                                 Assignment& assignment) {
  const double mean = mean_time(problem);
  while (!left.empty()) {
    const auto [device, free] = assignment.first_free();
    int32_t now = INT32_MAX;
    for (const uint16_t job : left) now = std::min(now, problem.job(device, job).release);
    now = std::max(now, free);
    size_t best = left.size();
    double most = -1;
    for (size_t i = 0; i < left.size(); ++i) {
      const ScaledJob& job = problem.job(device, left[i]);
      const double cost = job.release > now ? -1 : apparent_cost(job, now, mean);
      if (cost > most) std::tie(most, best) = std::tuple(cost, i);
    }
    assignment.append(left[best], device);
    left[best] = left.back();
    left = left.first(left.size() - 1);
  }
}

}  // namespace

void sort_by_due(const ScaledProblem& problem, std::span<uint16_t> jobs) {
  std::ranges::sort(jobs, [&](uint16_t left, uint16_t right) {
    const ScaledJob &of_left = problem.job(0, left), &of_right = problem.job(0, right);
    return std::tuple(of_left.due, -of_left.weight, left) <
           std::tuple(of_right.due, -of_right.weight, right);
  });
}

void order_by_rule(const ScaledProblem& problem, Rule rule, std::span<JobOrder> orders) {
  std::array<uint16_t, kMostTimelineJobs> all;
  const std::span<uint16_t> jobs(all.data(), problem.jobs());
  std::iota(jobs.begin(), jobs.end(), uint16_t{0});
  Assignment assignment(problem, orders);
  if (rule == Rule::kApparentTardiness) {
    order_by_apparent_tardiness(problem, jobs, assignment);
    return;
  }
  if (rule == Rule::kEarliestDueDate)
    sort_by_due(problem, jobs);
  else
    std::ranges::sort(jobs, [&](uint16_t left, uint16_t right) {
      return std::tuple(problem.job(0, left).release, left) <
             std::tuple(problem.job(0, right).release, right);
    });
  for (const uint16_t job : jobs) assignment.append_to_best(job);
}

}  // namespace geoneuron::policy
