// SPDX-License-Identifier: MIT
// Problems by chance for the tests of the timeline, and what can be said of any plan.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/timeline/flow_shop.hpp"
#include "policy/timeline/problem.hpp"
#include "policy/timeline/random.hpp"

namespace geoneuron::policy {

struct ProblemShape {
  uint32_t jobs = 8;
  uint32_t devices = 1;
  bool staging = false;  // memory is short, and some is held
  bool musts = false;
};

// Some engines are busy, some jobs are released later; devices differ in speed. Nothing is due
// before the first engine is free.
TimelineProblem problem_by_chance(const ProblemShape& shape, uint64_t seed);
std::vector<JobOrder> plan_by_chance(const TimelineProblem& problem, Random& random);
FlowShop shop_by_chance(uint32_t jobs, uint32_t machines, uint64_t seed);

// Each job is in exactly one order.
bool is_complete(const TimelineProblem& problem, std::span<const JobOrder> orders);
// The best of all plans, tried one by one.
Objective best_of_all(const TimelineProblem& problem);

}  // namespace geoneuron::policy
