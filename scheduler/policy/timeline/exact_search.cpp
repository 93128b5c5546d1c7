// SPDX-License-Identifier: MIT
#include "policy/timeline/exact_search.hpp"

#include <algorithm>
#include <cassert>

namespace geoneuron::policy {
namespace {

constexpr uint32_t kNode_ns = 100;  // what looking at a plan that has begun takes, about

// When `job` is complete at the earliest on a device whose engines are free then.
int32_t earliest_end(const ScaledJob& job, const std::array<int32_t, kEngines>& free) {
  int32_t ready = job.release;
  for (size_t k = 0; k < kEngines; ++k) ready = std::max(ready, free[k]) + job.times[k];
  return ready;
}

double cost_of(const ScaledJob& job, int32_t end) {
  return end > job.due ? (end - job.due) * job.weight + job.miss : 0;
}

}  // namespace

void ExactSearch::begin(const ScaledProblem& problem, const ScaledObjective& known) {
  assert(problem.jobs() <= kMostJobs);
  problem_ = &problem;
  best_ = known;
  found_ = false;
  Node& root = nodes_[0];
  root = Node();
  root.state = first_state(problem.device(0));
  root.left = (1u << problem.jobs()) - 1;
  depth_ = 1;
}

bool ExactSearch::advance(Pace& pace) {
  while (depth_ > 0) {
    if (pace.over()) return false;
    Node& node = nodes_[depth_ - 1];
    const uint32_t jobs = problem_->jobs();
    if (node.next > jobs || node.left == 0) {
      --depth_;
      continue;
    }
    const uint32_t choice = node.next++;
    if (choice < jobs && (node.left >> choice & 1) == 0) continue;
    Node& child = nodes_[depth_];
    const bool grown = choice < jobs ? place(node, static_cast<uint16_t>(choice), child)
                                     : next_device(node, child);
    pace.step(kNode_ns);
    if (!grown || !hopeful(child)) continue;
    if (child.left == 0)
      keep(child);
    else
      ++depth_;
  }
  return true;
}

bool ExactSearch::place(const Node& node, uint16_t job, Node& child) {
  child = node;
  run_job(child.state, problem_->device(node.device), problem_->job(node.device, job),
          node.placed - node.first, [&](uint32_t i) -> Holder {
            const Choice& before = placed_[node.first + i];
            return {problem_->job(before.device, before.job).staging_bytes, ends_[node.first + i]};
          });
  placed_[node.placed] = {job, static_cast<uint16_t>(node.device)};
  ends_[node.placed] = child.state.free[kEngines - 1];
  ++child.placed;
  child.left &= ~(1u << job);
  child.next = 0;
  return true;
}

bool ExactSearch::next_device(const Node& node, Node& child) const {
  if (node.device + 1 == problem_->devices()) return false;
  child = node;
  child.before = objective_of(node);
  child.state = first_state(problem_->device(++child.device));
  child.first = node.placed;
  child.next = 0;
  return true;
}

// Whether the plan may become better than the best: each job that is left costs at least what it
// would if it were next on the device where that is least.
bool ExactSearch::hopeful(const Node& node) const {
  ScaledObjective least = objective_of(node);
  for (uint32_t left = node.left; left != 0; left &= left - 1) {
    const auto job = static_cast<uint16_t>(__builtin_ctz(left));
    double cost = 0;
    int32_t end = INT32_MAX;
    for (uint32_t d = node.device; d < problem_->devices(); ++d) {
      const ScaledJob& on_device = problem_->job(d, job);
      const int32_t its_end =
          earliest_end(on_device, d == node.device ? node.state.free : problem_->device(d).free);
      if (its_end < end) {
        end = its_end;
        cost = cost_of(on_device, end);
      }
    }
    least.cost += cost;
    least.end = std::max(least.end, end);
  }
  return least < best_;
}

ScaledObjective ExactSearch::objective_of(const Node& node) const {
  const int32_t end = node.placed == node.first ? 0 : node.state.free[kEngines - 1];
  return {node.before.cost + node.state.cost, std::max(node.before.end, end)};
}

void ExactSearch::keep(const Node& node) {
  best_ = objective_of(node);
  found_ = true;
  best_placed_ = placed_;
}

void ExactSearch::get(std::span<JobOrder> orders) const {
  for (JobOrder& order : orders) order.clear();
  for (uint32_t i = 0; i < problem_->jobs(); ++i)
    orders[best_placed_[i].device].push_back(best_placed_[i].job);
}

}  // namespace geoneuron::policy
