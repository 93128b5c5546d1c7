// SPDX-License-Identifier: MIT
#include "policy/timeline_problems.hpp"

#include <algorithm>
#include <numeric>

namespace geoneuron::policy {
namespace {

int64_t up_to(Random& random, uint32_t most) {
  return random.below(most + 1);
}

TimelineDevice device_by_chance(const ProblemShape& shape, Random& random) {
  TimelineDevice device;
  for (int64_t& free_ns : device.free_ns) free_ns = 1'000'000 + up_to(random, 300);
  if (!shape.staging) return device;
  device.staging_limit_bytes = 60 + random.below(60);
  device.held_count = random.below(3);
  for (uint32_t i = 0; i < device.held_count; ++i)
    device.held[i] = {10 + random.below(40), 1'000'000 + up_to(random, 300)};
  std::sort(device.held.begin(), device.held.begin() + device.held_count,
            [](const HeldStaging& a, const HeldStaging& b) { return a.until_ns < b.until_ns; });
  return device;
}

TimelineJob job_by_chance(const ProblemShape& shape, Random& random) {
  TimelineJob job;
  job.release_ns = 1'000'000 + (random.below(3) == 0 ? up_to(random, 50 * shape.jobs) : 0);
  job.due_ns = random.below(8) == 0 ? kNeverDue : 1'000'300 + up_to(random, 100 * shape.jobs);
  job.weight = random.below(20);
  job.must_be_met = shape.musts && random.below(3) == 0;
  job.staging_bytes = random.below(10) == 0 ? 200 : random.below(50);
  return job;
}

// Appends every way to put the jobs that are left behind those of `orders`, from `device` on.
void try_all(const TimelineProblem& problem, std::vector<JobOrder>& orders, size_t device,
             std::vector<bool>& placed, Objective& best) {
  if (std::ranges::find(placed, false) == placed.end())
    best = std::min(best, evaluate(problem, orders));
  for (size_t j = 0; j < placed.size(); ++j) {
    if (placed[j]) continue;
    placed[j] = true;
    orders[device].push_back(static_cast<uint16_t>(j));
    try_all(problem, orders, device, placed, best);
    orders[device].pop_back();
    placed[j] = false;
  }
  if (device + 1 < orders.size()) try_all(problem, orders, device + 1, placed, best);
}

}  // namespace

TimelineProblem problem_by_chance(const ProblemShape& shape, uint64_t seed) {
  Random random(seed);
  TimelineProblem problem;
  for (uint32_t d = 0; d < shape.devices; ++d)
    problem.devices.push_back(device_by_chance(shape, random));
  for (uint32_t j = 0; j < shape.jobs; ++j) problem.jobs.push_back(job_by_chance(shape, random));
  for (uint32_t d = 0; d < shape.devices; ++d)
    for (uint32_t j = 0; j < shape.jobs; ++j)
      problem.times.push_back(
          {up_to(random, 60) * (d + 1), up_to(random, 150) * (d + 1), up_to(random, 40) * (d + 1)});
  return problem;
}

std::vector<JobOrder> plan_by_chance(const TimelineProblem& problem, Random& random) {
  std::vector<JobOrder> orders(problem.devices.size());
  for (size_t j = 0; j < problem.jobs.size(); ++j) {
    JobOrder& order = orders[random.below(static_cast<uint32_t>(orders.size()))];
    const auto at = order.begin() + random.below(static_cast<uint32_t>(order.size()) + 1);
    order.insert(at, static_cast<uint16_t>(j));
  }
  return orders;
}

FlowShop shop_by_chance(uint32_t jobs, uint32_t machines, uint64_t seed) {
  Random random(seed);
  FlowShop shop{jobs, machines, {}};
  for (uint32_t i = 0; i < jobs * machines; ++i)
    shop.times.push_back(static_cast<int32_t>(random.below(100)));
  return shop;
}

bool is_complete(const TimelineProblem& problem, std::span<const JobOrder> orders) {
  std::vector<uint16_t> all;
  for (const JobOrder& order : orders) all.insert(all.end(), order.begin(), order.end());
  std::ranges::sort(all);
  std::vector<uint16_t> wanted(problem.jobs.size());
  std::iota(wanted.begin(), wanted.end(), uint16_t{0});
  return orders.size() == problem.devices.size() && all == wanted;
}

Objective best_of_all(const TimelineProblem& problem) {
  std::vector<JobOrder> orders(problem.devices.size());
  std::vector<bool> placed(problem.jobs.size());
  Objective best{UINT32_MAX, 0, 0};
  try_all(problem, orders, 0, placed, best);
  return best;
}

}  // namespace geoneuron::policy
