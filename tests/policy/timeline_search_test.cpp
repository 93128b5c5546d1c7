// SPDX-License-Identifier: MIT
// What the searches promise of the plans that they find.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "policy/timeline/makespan_search.hpp"
#include "policy/timeline/seeds.hpp"
#include "policy/timeline/timeline.hpp"
#include "policy/timeline_problems.hpp"

namespace geoneuron::policy {
namespace {

constexpr ProblemShape kShapes[] = {{.jobs = 8},
                                    {.jobs = 30},
                                    {.jobs = 64, .musts = true},
                                    {.jobs = 20, .staging = true},
                                    {.jobs = 24, .devices = 3},
                                    {.jobs = 16, .devices = 2, .staging = true, .musts = true}};

class Searches : public testing::Test {
 protected:
  void improve(uint64_t steps) {
    Pace pace({.steps = steps});
    timeline_->improve(pace);
  }

  Objective of_rule(const TimelineProblem& problem, Rule rule) {
    ScaledProblem scaled;
    scaled.set(problem);
    std::vector<JobOrder> orders(problem.devices.size());
    order_by_rule(scaled, rule, orders);
    EXPECT_TRUE(is_complete(problem, orders));
    return evaluate(problem, orders);
  }

  std::unique_ptr<Timeline> timeline_ = std::make_unique<Timeline>();
};

TEST_F(Searches, AreNeverWorseThanARule) {
  for (const ProblemShape& shape : kShapes)
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const TimelineProblem problem = problem_by_chance(shape, seed);
      timeline_->begin(problem, seed);
      improve(seed * 20);
      for (const Rule rule : kRules) EXPECT_FALSE(of_rule(problem, rule) < timeline_->objective());
    }
}

TEST_F(Searches, AreNeverWorseThanTheLastPlan) {
  for (const ProblemShape& shape : kShapes)
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const TimelineProblem problem = problem_by_chance(shape, seed);
      Random random(seed);
      const auto last = plan_by_chance(problem, random);
      timeline_->begin(problem, seed, last);
      EXPECT_EQ(timeline_->objective(), evaluate(problem, last));
      improve(seed * 20);
      EXPECT_FALSE(evaluate(problem, last) < timeline_->objective());
    }
}

TEST_F(Searches, NeverGetWorse) {
  for (const ProblemShape& shape : kShapes) {
    const TimelineProblem problem = problem_by_chance(shape, 3);
    timeline_->begin(problem, 3);
    for (int slice = 0; slice < 50; ++slice) {
      const Objective before = timeline_->objective();
      improve(10);
      EXPECT_FALSE(before < timeline_->objective());
    }
  }
}

TEST_F(Searches, PlaceEachJobOnceAndSayWhatThatCosts) {
  for (const ProblemShape& shape : kShapes)
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const TimelineProblem problem = problem_by_chance(shape, seed);
      timeline_->begin(problem, seed);
      improve(200);
      EXPECT_TRUE(is_complete(problem, timeline_->orders()));
      EXPECT_EQ(evaluate(problem, timeline_->orders()), timeline_->objective());
    }
}

TEST_F(Searches, InsertWhatTheLastPlanLacks) {
  const TimelineProblem problem = problem_by_chance({.jobs = 20, .devices = 2}, 5);
  const std::vector<JobOrder> last = {{3, 1, 4}, {15, 9, 2, 6}};
  timeline_->begin(problem, 5, last);
  EXPECT_TRUE(is_complete(problem, timeline_->orders()));
}

TEST_F(Searches, FindTheBestPlanOfAFewJobs) {
  for (const bool staging : {false, true})
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const auto jobs = static_cast<uint32_t>(1 + seed % 7);
      const TimelineProblem problem =
          problem_by_chance({.jobs = jobs, .staging = staging, .musts = seed % 2 == 0}, seed);
      timeline_->begin(problem, seed);
      improve(UINT64_MAX);
      EXPECT_TRUE(timeline_->proved());
      EXPECT_EQ(timeline_->objective(), best_of_all(problem)) << "seed " << seed;
    }
}

TEST_F(Searches, FindTheBestPlanOfAFewJobsOnSeveralDevices) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const TimelineProblem problem = problem_by_chance(
        {.jobs = 5, .devices = 2 + static_cast<uint32_t>(seed % 2), .staging = seed % 3 == 0},
        seed);
    timeline_->begin(problem, seed);
    improve(UINT64_MAX);
    EXPECT_TRUE(timeline_->proved());
    EXPECT_EQ(timeline_->objective(), best_of_all(problem)) << "seed " << seed;
  }
}

TEST_F(Searches, DoTheSameForTheSameSeedAndSteps) {
  for (const ProblemShape& shape : kShapes) {
    const TimelineProblem problem = problem_by_chance(shape, 7);
    timeline_->begin(problem, 11);
    improve(300);
    const std::vector<JobOrder> first(timeline_->orders().begin(), timeline_->orders().end());
    Timeline other;
    other.begin(problem_by_chance(shape, 8), 1);  // what was there before leaves no trace
    other.begin(problem, 11);
    Pace pace({.steps = 300});
    other.improve(pace);
    EXPECT_TRUE(std::ranges::equal(first, other.orders()));
  }
}

TEST_F(Searches, EndSoonAfterTheirTimeIsUp) {
  const TimelineProblem problem = problem_by_chance({.jobs = 64}, 1);
  timeline_->begin(problem, 1);
  uint64_t looks = 0;
  const std::function<uint64_t()> now = [&] { return ++looks * 1000; };
  Pace pace({.now = &now, .deadline_ns = 20'000});
  timeline_->improve(pace);
  EXPECT_EQ(looks, 20u);
}

TEST_F(Searches, LeaveADeviceAloneThatIsSlowerThanWaiting) {
  TimelineProblem problem = problem_by_chance({.jobs = 10, .devices = 2}, 2);
  for (size_t j = 0; j < 10; ++j) problem.times[10 + j] = {1'000'000, 1'000'000, 1'000'000};
  for (TimelineJob& job : problem.jobs) job.due_ns = 1'000'000;
  for (TimelineJob& job : problem.jobs) job.weight = 1;
  timeline_->begin(problem, 2);
  improve(1000);
  EXPECT_TRUE(timeline_->orders()[1].empty());
}

TEST_F(Searches, UseASecondDevice) {
  TimelineProblem problem;
  problem.devices.resize(2);
  problem.jobs.resize(12);
  problem.times.resize(24, {10, 100, 10});
  timeline_->begin(problem, 4);
  improve(1000);
  EXPECT_EQ(timeline_->orders()[0].size(), 6u);
}

TEST_F(Searches, MeetWhatMustBeMetBeforeAllElse) {
  TimelineProblem problem;
  problem.devices.resize(1);
  problem.jobs = {{.due_ns = 100, .weight = 60000},
                  {.due_ns = 150, .weight = 0, .must_be_met = true}};
  problem.times = {{0, 100, 0}, {0, 100, 0}};
  timeline_->begin(problem, 1);
  improve(1000);
  EXPECT_EQ(timeline_->objective().misses, 0u);
  EXPECT_EQ(timeline_->orders()[0], (JobOrder{1, 0}));
}

TEST_F(Searches, PlanWindowsThatLastForHours) {
  TimelineProblem problem = problem_by_chance({.jobs = 20}, 9);
  for (EngineTimes& times : problem.times)
    for (int64_t& time : times) time *= 10'000'000'000;
  for (TimelineJob& job : problem.jobs)
    if (job.due_ns != kNeverDue) job.due_ns *= 10'000'000;
  timeline_->begin(problem, 9);
  improve(500);
  EXPECT_EQ(evaluate(problem, timeline_->orders()), timeline_->objective());
  for (const Rule rule : kRules) EXPECT_FALSE(of_rule(problem, rule) < timeline_->objective());
}

// At no time do batches that have begun and are not complete hold more than there is, but for one
// that is alone.
TEST_F(Searches, NeverHoldMoreStagingMemoryThanThereIs) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const TimelineProblem problem = problem_by_chance({.jobs = 20, .staging = true}, seed);
    const TimelineDevice& device = problem.devices[0];
    timeline_->begin(problem, seed);
    improve(200);
    const auto planned = simulate(problem, timeline_->orders());
    for (const PlannedJob& job : planned) {
      const int64_t now_ns = job.engines[0].begin_ns;
      uint64_t used = 0;
      int holders = 0;
      const auto add = [&](uint64_t bytes, bool holds) {
        used += holds ? bytes : 0;
        holders += holds && bytes > 0;
      };
      for (const PlannedJob& other : planned)
        add(problem.jobs[other.job].staging_bytes,
            other.engines[0].begin_ns <= now_ns && other.engines[2].end_ns > now_ns);
      for (uint32_t i = 0; i < device.held_count; ++i)
        add(device.held[i].bytes, device.held[i].until_ns > now_ns);
      EXPECT_TRUE(used <= device.staging_limit_bytes || holders == 1) << "seed " << seed;
    }
  }
}

TEST(MakespanSearches, AreNeverWorseThanTheOrderTheyBeganWith) {
  MakespanSearch search(30, 5);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const FlowShop shop = shop_by_chance(30, 5, seed);
    std::vector<uint16_t> order(30);
    for (uint16_t j = 0; j < 30; ++j) order[j] = j;
    Pace pace({.steps = seed * 10});
    search.begin(shop, seed, pace, order);
    search.improve(pace);
    EXPECT_LE(search.makespan(), makespan(shop, order));
    EXPECT_EQ(search.makespan(), makespan(shop, search.order()));
    EXPECT_GE(search.makespan(), makespan_bound(shop));
  }
}

TEST(MakespanSearches, FindTheBestOrderOfAFewJobs) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const FlowShop shop = shop_by_chance(6, 3, seed);
    std::vector<uint16_t> order = {0, 1, 2, 3, 4, 5};
    int32_t best = INT32_MAX;
    do best = std::min(best, makespan(shop, order));
    while (std::ranges::next_permutation(order).found);
    MakespanSearch search(6, 3);
    Pace pace({.steps = 2000});
    search.begin(shop, seed, pace);
    search.improve(pace);
    EXPECT_EQ(search.makespan(), best);
    EXPECT_LE(makespan_bound(shop), best);
  }
}

TEST(MakespanSearches, DoTheSameForTheSameSeedAndSteps) {
  const FlowShop shop = shop_by_chance(40, 10, 1);
  const auto order = [&] {
    MakespanSearch search(40, 10);
    Pace pace({.steps = 500});
    search.begin(shop, 9, pace);
    search.improve(pace);
    return std::vector<uint16_t>(search.order().begin(), search.order().end());
  };
  EXPECT_EQ(order(), order());
}

}  // namespace
}  // namespace geoneuron::policy
