// SPDX-License-Identifier: MIT
#include "simulator/tardiness_generator.hpp"

#include <algorithm>
#include <numeric>

#include "policy/timeline/random.hpp"

namespace geoneuron::simulator {
namespace {

using policy::JobOrder;
using policy::Random;
using policy::TimelineProblem;

// Products of chances: many short times and a few long ones, without a logarithm that differs
// between machines.
int64_t time_ns(Random& random, double least, double more, int chances) {
  double part = 1;
  for (int i = 0; i < chances; ++i) part *= random.unit();
  return static_cast<int64_t>(least + more * part);
}

// Background to realtime.
uint32_t weight(Random& random) {
  constexpr uint32_t kWeights[] = {1, 1, 4, 4, 4, 4, 16, 16, 16, 64};
  return kWeights[random.below(std::size(kWeights))];
}

// `window_ns`: about what the jobs of a window take; due dates are so close that not all can be
// met, and about as hard for simple rules as was measured with other instances: first come, first
// served costs 5, 10, 19 and 40 times the best for 8, 16, 32 and 64 jobs. A fifth of the jobs still
// wait for input.
policy::TimelineJob job(Random& random, int64_t now_ns, double window_ns) {
  policy::TimelineJob made;
  const bool waits = random.below(5) == 0;
  made.release_ns = now_ns + static_cast<int64_t>(waits ? 0.4 * window_ns * random.unit() : 0);
  made.due_ns = made.release_ns + static_cast<int64_t>(window_ns * (0.05 + 0.9 * random.unit()));
  made.weight = weight(random);
  return made;
}

double window_ns(uint32_t jobs) {
  return 600'000.0 * jobs;
}

TimelineProblem first_window(Random& random, uint32_t jobs) {
  TimelineProblem problem;
  problem.devices.resize(1);
  for (uint32_t i = 0; i < jobs; ++i) {
    problem.jobs.push_back(job(random, 0, window_ns(jobs)));
    problem.times.push_back(engine_times(random));
  }
  return problem;
}

JobOrder moved(JobOrder order, size_t from, size_t to) {
  const uint16_t one = order[from];
  order.erase(order.begin() + static_cast<ptrdiff_t>(from));
  order.insert(order.begin() + static_cast<ptrdiff_t>(to), one);
  return order;
}

// Moves the job at `from` to its best place. False: it is there.
bool improve_at(const TimelineProblem& problem, JobOrder& order, size_t from) {
  policy::Objective best = policy::evaluate(problem, {&order, 1});
  JobOrder best_order;
  for (size_t to = 0; to < order.size(); ++to) {
    const JobOrder tried = moved(order, from, to);
    const policy::Objective objective = policy::evaluate(problem, {&tried, 1});
    if (!(objective < best)) continue;
    best = objective;
    best_order = tried;
  }
  if (!best_order.empty()) order = best_order;
  return !best_order.empty();
}

JobOrder plan(const TimelineProblem& problem) {
  JobOrder order(problem.jobs.size());
  std::iota(order.begin(), order.end(), uint16_t{0});
  std::ranges::stable_sort(order, {}, [&](uint16_t j) { return problem.jobs[j].due_ns; });
  for (bool better = true; better;) {
    better = false;
    for (size_t i = 0; i < order.size(); ++i) better |= improve_at(problem, order, i);
  }
  return order;
}

// The first `count` of `order` have begun: their places in the problem go to new jobs, and time
// begins when the last of them did.
void begin_and_replace(Random& random, TimelineProblem& problem, JobOrder& order, size_t count) {
  const auto planned = policy::simulate(problem, {&order, 1});
  const int64_t now_ns = planned[count - 1].engines[0].begin_ns;
  for (size_t k = 0; k < policy::kEngines; ++k)
    problem.devices[0].free_ns[k] =
        std::max<int64_t>(planned[count - 1].engines[k].end_ns - now_ns, 0);
  for (policy::TimelineJob& left : problem.jobs) {
    left.release_ns = std::max<int64_t>(left.release_ns - now_ns, 0);
    left.due_ns = std::max<int64_t>(left.due_ns - now_ns, 0);
  }
  for (size_t i = 0; i < count; ++i) {
    problem.jobs[order[i]] = job(random, 0, window_ns(static_cast<uint32_t>(order.size())));
    problem.times[order[i]] = engine_times(random);
  }
  order.erase(order.begin(), order.begin() + static_cast<ptrdiff_t>(count));
}

}  // namespace

policy::EngineTimes engine_times(Random& random) {
  return {time_ns(random, 10'000, 800'000, 2), time_ns(random, 50'000, 4'000'000, 3),
          time_ns(random, 10'000, 400'000, 2)};
}

TardinessInstance generate_tardiness(uint32_t jobs, uint64_t seed) {
  Random random(seed);
  TardinessInstance instance{first_window(random, jobs), {}};
  JobOrder order = plan(instance.problem);
  begin_and_replace(random, instance.problem, order, (jobs + 9) / 10);
  instance.last_plan.push_back(std::move(order));
  return instance;
}

}  // namespace geoneuron::simulator
