// SPDX-License-Identifier: MIT
#include "policy/timeline/timeline.hpp"

#include <algorithm>
#include <limits>

#include "policy/timeline/seeds.hpp"

namespace geoneuron::policy {
namespace {
constexpr uint32_t kRemoved = 3;  // by one iteration

// What it takes to try a job at all places.
uint32_t about_ns(uint32_t jobs) {
  return 200 + 10 * jobs;
}

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

Timeline::Timeline()
    : devices_(kMostTimelineDevices), removed_(kMostTimelineJobs), turns_(kMostTimelineJobs) {
  for (Plan* plan : {&current_, &found_, &best_, &scratch_}) {
    plan->resize(kMostTimelineDevices);
    for (JobOrder& order : *plan) order.reserve(kMostTimelineJobs);
  }
}

void Timeline::begin(const TimelineProblem& problem, uint64_t seed,
                     std::span<const JobOrder> last) {
  given_ = &problem;
  problem_.set(problem);
  random_ = Random(seed);
  for (uint32_t d = 0; d < problem_.devices(); ++d) devices_[d].begin(problem_, d);
  best_scaled_ = {kNever, INT32_MAX};
  best_objective_ = {UINT32_MAX, 0, INT64_MAX};
  descended_ = false;
  exact_begun_ = proved_ = false;
  if (last.empty())
    begin_with_rules();
  else
    begin_with(last);
  save(current_);
  current_objective_ = total();
  settle();
}

void Timeline::begin_with_rules() {
  for (const Rule rule : kRules) {
    order_by_rule(problem_, rule, scratch_);
    load(scratch_);
    keep_if_better();
  }
  load(found_);
}

void Timeline::begin_with(std::span<const JobOrder> last) {
  std::array<bool, kMostTimelineJobs> placed{};
  for (uint32_t d = 0; d < problem_.devices(); ++d) {
    devices_[d].set_order(last[d]);
    for (const uint16_t job : last[d]) placed[job] = true;
  }
  size_t count = 0;
  for (uint32_t j = 0; j < problem_.jobs(); ++j)
    if (!placed[j]) turns_[count++] = static_cast<uint16_t>(j);
  const std::span<uint16_t> come(turns_.data(), count);
  sort_by_due(problem_, come);
  for (const uint16_t job : come) insert(job, best_spot(job));
  keep_if_better();
}

void Timeline::load(const Plan& plan) {
  for (uint32_t d = 0; d < problem_.devices(); ++d) devices_[d].set_order(plan[d]);
}

void Timeline::save(Plan& plan) const {
  for (uint32_t d = 0; d < problem_.devices(); ++d)
    plan[d].assign(devices_[d].order().begin(), devices_[d].order().end());
}

ScaledObjective Timeline::total() const {
  return total_but(problem_.devices());
}

ScaledObjective Timeline::total_but(uint32_t device) const {
  ScaledObjective sum;
  for (uint32_t d = 0; d < problem_.devices(); ++d) {
    if (d == device) continue;
    const ScaledObjective own = devices_[d].objective();
    sum.cost += own.cost;
    sum.end = std::max(sum.end, own.end);
  }
  return sum;
}

void Timeline::improve(Pace& pace) {
  if (problem_.jobs() == 0) return;
  if (!descended_) {
    descended_ = descend(pace);
    keep_if_better();
    accept();
  }
  if (descended_ && problem_.jobs() <= ExactSearch::kMostJobs)
    search_exactly(pace);
  else
    while (!pace.over()) iterate(pace);
  settle();
}

// Exact in the search's units; what these round is not proved.
void Timeline::search_exactly(Pace& pace) {
  if (!exact_begun_) exact_.begin(problem_, best_scaled_);
  exact_begun_ = true;
  const bool complete = exact_.advance(pace);
  if (exact_.best() < best_scaled_) {
    best_scaled_ = exact_.best();
    exact_.get({found_.data(), problem_.devices()});
  }
  proved_ = complete && problem_.shift() == 0;
}

Timeline::Spot Timeline::best_spot(uint16_t job) {
  Spot best{0, 0, {kNever, INT32_MAX}};
  for (uint32_t d = 0; d < problem_.devices(); ++d) {
    const ScaledObjective others = total_but(d);
    const Place place = devices_[d].best_place(job, best.objective.cost - others.cost, others.end);
    const ScaledObjective all = {place.objective.cost + others.cost, place.objective.end};
    if (all < best.objective) best = {d, place.at, all};
  }
  return best;
}

void Timeline::insert(uint16_t job, const Spot& spot) {
  devices_[spot.device].insert(job, spot.at);
}

// Moves the job there to a better place, if there is one.
bool Timeline::improve_at(uint32_t device, uint32_t at) {
  DeviceOrder& own = devices_[device];
  const uint16_t job = own.job_at(at);
  const ScaledObjective before = total();
  ScaledObjective others = total_but(device);
  Spot best{device, at, before};
  const Place place = own.best_place_again(at, before.cost - others.cost, others.end);
  const ScaledObjective here = {place.objective.cost + others.cost, place.objective.end};
  if (here < best.objective) best = {device, place.at, here};
  for (uint32_t d = 0; d < problem_.devices(); ++d) {
    if (d == device) continue;
    const ScaledObjective left = own.objective_without();
    double cost = left.cost;
    int32_t end = left.end;
    for (uint32_t e = 0; e < problem_.devices(); ++e) {
      if (e == device || e == d) continue;
      cost += devices_[e].objective().cost;
      end = std::max(end, devices_[e].objective().end);
    }
    const Place there = devices_[d].best_place(job, best.objective.cost - cost, end);
    const ScaledObjective all = {there.objective.cost + cost, there.objective.end};
    if (all < best.objective) best = {d, there.at, all};
  }
  if (!(best.objective < before)) return false;
  if (best.device == device) {
    own.move(at, best.at);
  } else {
    own.remove(at);
    insert(job, best);
  }
  return true;
}

Timeline::Spot Timeline::spot_of(uint32_t nth) const {
  uint32_t d = 0;
  while (nth >= devices_[d].length()) nth -= devices_[d++].length();
  return {d, nth, {}};
}

// Until no job has a better place. False where the time was up before.
bool Timeline::descend(Pace& pace) {
  const uint32_t jobs = problem_.jobs();
  uint32_t start = random_.below(jobs);
  for (uint32_t since = 0, i = start; since < jobs; ++since) {
    if (pace.over()) return false;
    const Spot spot = spot_of(i);
    if (improve_at(spot.device, spot.at)) since = 0;
    i = (i + 1) % jobs;
    pace.step(about_ns(jobs));
  }
  return true;
}

void Timeline::iterate(Pace& pace) {
  const uint32_t count = std::min(kRemoved, problem_.jobs());
  for (uint32_t i = 0; i < count; ++i) {
    const Spot spot = spot_of(random_.below(problem_.jobs() - i));
    removed_[i] = devices_[spot.device].job_at(spot.at);
    devices_[spot.device].remove(spot.at);
  }
  for (uint32_t i = 0; i < count; ++i) {
    insert(removed_[i], best_spot(removed_[i]));
    pace.step(about_ns(problem_.jobs()));
  }
  keep_if_better();
  accept();
}

void Timeline::keep_if_better() {
  const ScaledObjective found = total();
  if (!(found < best_scaled_)) return;
  best_scaled_ = found;
  save(found_);
}

// What was found counts in nanoseconds alone, in case the search's units are rounded.
void Timeline::settle() {
  const Objective objective = evaluate(*given_, {found_.data(), problem_.devices()});
  if (!(objective < best_objective_)) return;
  best_objective_ = objective;
  for (uint32_t d = 0; d < problem_.devices(); ++d)
    best_[d].assign(found_[d].begin(), found_[d].end());
}

void Timeline::accept() {
  const ScaledObjective found = total();
  if (!(current_objective_ < found)) {
    current_objective_ = found;
    save(current_);
  } else {
    load(current_);
  }
}

}  // namespace geoneuron::policy
