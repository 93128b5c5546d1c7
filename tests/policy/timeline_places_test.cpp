// SPDX-License-Identifier: MIT
// What the searches look up of an order is what running the order says.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "policy/timeline/device_order.hpp"
#include "policy/timeline/lanes.hpp"
#include "policy/timeline/place_scan.hpp"
#include "policy/timeline/shop_places.hpp"
#include "policy/timeline_problems.hpp"

namespace geoneuron::policy {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

// In the search's numbers: times from 1'000'000 ns on, misses as ScaledProblem weighs them.
ScaledObjective scaled(const TimelineProblem& problem, const ScaledProblem& in_search,
                       const JobOrder& order) {
  const Objective objective = evaluate(problem, {&order, 1});
  double miss = 0;
  for (uint32_t j = 0; j < in_search.jobs(); ++j)
    miss = std::max(miss, in_search.job(0, static_cast<uint16_t>(j)).miss);
  int64_t origin_ns = std::ranges::min(problem.devices[0].free_ns);
  return {static_cast<double>(objective.weighted_tardiness) + objective.misses * miss,
          static_cast<int32_t>(objective.end_ns - origin_ns)};
}

JobOrder with_job(std::span<const uint16_t> order, uint16_t job, uint32_t place) {
  JobOrder all(order.begin(), order.end());
  all.insert(all.begin() + place, job);
  return all;
}

void expect_same(const ScaledObjective& left, const ScaledObjective& right) {
  EXPECT_EQ(left.cost, right.cost);
  EXPECT_EQ(left.end, right.end);
}

class Orders : public testing::TestWithParam<ProblemShape> {
 protected:
  // The order of a problem's first device but for one job, and that job.
  void begin(uint64_t seed) {
    ProblemShape shape = GetParam();
    Random random(seed);
    shape.jobs = 2 + random.below(30);
    problem_ = problem_by_chance(shape, seed);
    scaled_.set(problem_);
    full_ = plan_by_chance(problem_, random)[0];
    job_ = full_.back();
    full_.pop_back();
    order_->begin(scaled_, 0);
    order_->set_order(full_);
  }

  ScaledObjective naive(const JobOrder& order) const { return scaled(problem_, scaled_, order); }

  ScaledObjective naive_best() const {
    ScaledObjective best{kAny, INT32_MAX};
    for (uint32_t i = 0; i <= full_.size(); ++i)
      best = std::min(best, naive(with_job(full_, job_, i)));
    return best;
  }

  TimelineProblem problem_;
  ScaledProblem scaled_;
  JobOrder full_;
  uint16_t job_ = 0;
  std::unique_ptr<DeviceOrder> order_ = std::make_unique<DeviceOrder>();
};

TEST_P(Orders, CostWhatRunningThemSays) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    begin(seed);
    if (!full_.empty()) expect_same(order_->objective(), naive(full_));
  }
}

TEST_P(Orders, KnowTheBestPlaceForAJob) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    begin(seed);
    const Place place = order_->best_place(job_, kAny, 0);
    expect_same(place.objective, naive_best());
    expect_same(place.objective, naive(with_job(full_, job_, place.at)));
  }
}

TEST_P(Orders, KnowTheBestPlaceAmongThoseThatCostAtMostWhatIsWanted) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    begin(seed);
    const ScaledObjective best = naive_best();
    expect_same(order_->best_place(job_, best.cost, 0).objective, best);
    EXPECT_GT(order_->best_place(job_, best.cost - 1, 0).objective.cost, best.cost - 1);
  }
}

TEST_P(Orders, AreTheSameAfterLookingForABetterPlaceForOneOfTheirJobs) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    begin(seed);
    if (full_.empty()) continue;
    const ScaledObjective before = order_->objective();
    const auto at = static_cast<uint32_t>(seed % full_.size());
    const Place place = order_->best_place_again(at, kAny, 0);
    JobOrder others = full_;
    const uint16_t job = others[at];
    others.erase(others.begin() + at);
    expect_same(place.objective, naive(with_job(others, job, place.at)));
    expect_same(order_->objective(), before);
    order_->move(at, place.at);
    expect_same(order_->objective(), place.objective);
  }
}

TEST_P(Orders, KeepTheirCostThroughInsertingAndRemoving) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    begin(seed);
    Random random(seed);
    for (int i = 0; i < 20; ++i) {
      const uint32_t at = random.below(order_->length() + 1);
      order_->insert(job_, at);
      const JobOrder now(order_->order().begin(), order_->order().end());
      ASSERT_EQ(order_->objective().cost, naive(now).cost);
      order_->remove(at);
    }
    EXPECT_TRUE(std::ranges::equal(order_->order(), full_));
  }
}

TEST_P(Orders, AreScannedEightPlacesAtATimeAsOneByOne) {
  if (!has_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  for (uint64_t seed = 0; seed < 200; ++seed) {
    begin(seed);
    if (scaled_.device(0).staging_binds) continue;
    const ScaledJob& job = scaled_.job(0, job_);
    const ScanLimits limits = {kAny, 500};
    const Place one = scan_places(order_->columns(), scaled_.device(0), job, limits);
    const Place eight = scan_places_avx2(order_->columns(), job, limits, scaled_.has_misses());
    expect_same(one.objective, eight.objective);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Orders,
                         testing::Values(ProblemShape{}, ProblemShape{.musts = true},
                                         ProblemShape{.staging = true},
                                         ProblemShape{.staging = true, .musts = true}));

class Shops : public testing::TestWithParam<uint32_t> {};

TEST_P(Shops, KnowTheMakespanWithAJobAtEachPlace) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const FlowShop shop = shop_by_chance(1 + random.below(40), GetParam(), seed);
    ShopPlaces places(40, GetParam());
    places.begin(shop);
    for (uint16_t job = 0; job < shop.jobs; ++job) {
      const auto makespans = places.try_job(job);
      ASSERT_EQ(makespans.size(), job + 1u);
      for (uint32_t i = 0; i <= job; ++i)
        ASSERT_EQ(makespans[i], makespan(shop, with_job(places.order(), job, i)));
      places.insert(job, random.below(job + 1u));
      ASSERT_EQ(places.makespan(), makespan(shop, places.order()));
    }
  }
}

TEST_P(Shops, KnowTheMakespanWithAJobAtAnotherPlace) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const FlowShop shop = shop_by_chance(2 + random.below(30), GetParam(), seed);
    ShopPlaces places(40, GetParam());
    places.begin(shop);
    for (uint16_t job = 0; job < shop.jobs; ++job) places.insert(job, random.below(job + 1u));
    for (int i = 0; i < 20; ++i) {
      const uint32_t from = random.below(shop.jobs), to = random.below(shop.jobs);
      const int32_t promised = places.try_job_at(from)[to];
      places.move(from, to);
      ASSERT_EQ(places.makespan(), promised);
      ASSERT_EQ(promised, makespan(shop, places.order()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, Shops, testing::Values(1, 2, 3, 5, 7, 10, 20));

}  // namespace
}  // namespace geoneuron::policy
