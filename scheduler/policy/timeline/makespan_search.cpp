// SPDX-License-Identifier: MIT
#include "policy/timeline/makespan_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace geoneuron::policy {
namespace {

constexpr double kTemperature = 0.4;  // times a tenth of the mean time

// How many jobs one iteration takes out. Of few jobs two lead back to the same orders again and
// again.
uint32_t removals(uint32_t jobs) {
  return jobs <= 8 ? jobs / 2 : 2;
}

// What it takes to try a job at all places.
uint32_t about_ns(uint32_t places, uint32_t machines) {
  return 100 + places * machines;
}

}  // namespace

MakespanSearch::MakespanSearch(uint32_t most_jobs, uint32_t most_machines)
    : places_(most_jobs, most_machines),
      current_(most_jobs),
      best_(most_jobs),
      turns_(most_jobs),
      removed_(most_jobs),
      ties_(most_jobs + 1) {}

void MakespanSearch::begin(const FlowShop& shop, uint64_t seed, Pace& pace,
                           std::span<const uint16_t> order) {
  shop_ = &shop;
  jobs_ = shop.jobs;
  random_ = Random(seed);
  bound_ = makespan_bound(shop);
  const double total = std::accumulate(shop.times.begin(), shop.times.end(), 0.0);
  temperature_ = kTemperature * total / (10.0 * jobs_ * shop.machines);
  best_makespan_ = INT32_MAX;
  places_.begin(shop);
  if (!order.empty()) {
    places_.set_order(order);
    keep_if_better();
    places_.set_order({});
  }
  insert_by_length(pace);
  keep_if_better();
  places_.set_order(this->order());
  std::ranges::copy(this->order(), current_.begin());
  current_makespan_ = best_makespan_;
  std::iota(turns_.begin(), turns_.begin() + jobs_, uint16_t{0});
}

void MakespanSearch::improve(Pace& pace) {
  while (!proved() && jobs_ > 1 && !pace.over()) iterate(pace);
}

void MakespanSearch::insert_by_length(Pace& pace) {
  const auto length = [this](uint16_t job) {
    const auto times = shop_->of(job);
    return std::accumulate(times.begin(), times.end(), 0);
  };
  const std::span<uint16_t> jobs(turns_.data(), jobs_);
  std::iota(jobs.begin(), jobs.end(), uint16_t{0});
  std::ranges::sort(jobs, [&](uint16_t left, uint16_t right) {
    const int32_t of_left = length(left), of_right = length(right);
    return of_left != of_right ? of_left > of_right : left < right;
  });
  for (const uint16_t job : jobs) {
    const uint32_t last = static_cast<uint32_t>(places_.order().size());
    places_.insert(job, pace.over() ? last : best_place(places_.try_job(job)));
    pace.step(about_ns(last, shop_->machines));
  }
}

void MakespanSearch::keep_if_better() {
  if (places_.makespan() >= best_makespan_) return;
  best_makespan_ = places_.makespan();
  std::ranges::copy(places_.order(), best_.begin());
}

// When the time is up in the middle, the search goes on from its current order the next time.
void MakespanSearch::iterate(Pace& pace) {
  destroy();
  construct(pace);
  descend(pace);
  keep_if_better();
  accept();
}

void MakespanSearch::destroy() {
  const uint32_t count = removals(jobs_);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t place = random_.below(static_cast<uint32_t>(places_.order().size()));
    removed_[i] = places_.order()[place];
    places_.remove(place);
  }
}

void MakespanSearch::construct(Pace& pace) {
  const uint32_t count = removals(jobs_);
  for (uint32_t i = 0; i < count; ++i) {
    places_.insert(removed_[i], best_place(places_.try_job(removed_[i])));
    pace.step(about_ns(jobs_, shop_->machines));
  }
}

// Each job in turn to its best place, until that gains nothing.
void MakespanSearch::descend(Pace& pace) {
  uint32_t length = static_cast<uint32_t>(places_.order().size());
  for (int32_t before = INT32_MAX; places_.makespan() < before;) {
    before = places_.makespan();
    for (uint32_t i = length; i-- > 0;) {
      const uint32_t place = random_.below(length);
      const auto makespans = places_.try_job_at(place);
      const uint32_t to = best_place(makespans);
      if (to != place && makespans[to] <= places_.makespan()) places_.move(place, to);
      if (pace.step(about_ns(jobs_, shop_->machines))) return;
    }
  }
}

// As in simulated annealing, at a temperature that stays.
void MakespanSearch::accept() {
  const int32_t worse = places_.makespan() - current_makespan_;
  if (worse <= 0 || random_.unit() < std::exp(-worse / temperature_)) {
    current_makespan_ = places_.makespan();
    std::ranges::copy(places_.order(), current_.begin());
  } else {
    places_.set_order({current_.data(), jobs_});
  }
}

// The best of the places; of several one by chance, which leads to more orders than the first.
uint32_t MakespanSearch::best_place(std::span<const int32_t> makespans) {
  int32_t least = INT32_MAX;
  for (const int32_t makespan : makespans) least = std::min(least, makespan);
  uint32_t count = 0;
  for (uint32_t i = 0; i < makespans.size(); ++i) {
    ties_[count] = static_cast<uint16_t>(i);
    count += makespans[i] == least;
  }
  return ties_[count == 1 ? 0 : random_.below(count)];
}

}  // namespace geoneuron::policy
