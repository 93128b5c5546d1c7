// SPDX-License-Identifier: MIT
#include "policy/recovery.hpp"

#include <bit>
#include <map>
#include <random>
#include <set>

#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

std::vector<JobId> trial(Recovery& recovery) {
  return recovery.begin_trial(kWorker);
}

TEST(Recovery, TriesASuspectBatchInHalves) {
  Recovery recovery;
  EXPECT_TRUE(recovery.lost(kWorker, {{ids({1, 2, 3})}}, false).empty());
  EXPECT_EQ(trial(recovery), ids({1}));
  recovery.passed(kWorker);
  EXPECT_EQ(trial(recovery), ids({2, 3}));
  recovery.passed(kWorker);
  EXPECT_FALSE(recovery.busy(kWorker));
}

TEST(Recovery, RunsOneTrialAtATime) {
  Recovery recovery;
  recovery.lost(kWorker, {{ids({1, 2})}}, false);
  EXPECT_EQ(trial(recovery), ids({1}));
  EXPECT_TRUE(trial(recovery).empty());
}

TEST(Recovery, FindsAJobGuiltyThatWasLostByItselfTwice) {
  Recovery recovery;
  EXPECT_TRUE(recovery.lost(kWorker, {{ids({1})}}, false).empty());
  EXPECT_EQ(trial(recovery), ids({1}));
  EXPECT_EQ(recovery.lost(kWorker, {}, false), ids({1}));
  EXPECT_FALSE(recovery.busy(kWorker));
}

TEST(Recovery, ReplaysABatchThatHadNotBegunAsItWas) {
  Recovery recovery;
  recovery.lost(kWorker, {{.jobs = ids({1, 2, 3, 4}), .suspect = false}}, false);
  EXPECT_EQ(trial(recovery), ids({1, 2, 3, 4}));
}

TEST(Recovery, GivesNoStrikeForALossFromOutside) {
  Recovery recovery;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(recovery
                    .lost(kWorker,
                          i == 0 ? std::vector<LostBatch>{{ids({1})}} : std::vector<LostBatch>{},
                          true)
                    .empty());
    EXPECT_EQ(trial(recovery), ids({1}));
  }
}

TEST(Recovery, KeepsTheOrderOfAChain) {
  Recovery recovery;
  recovery.lost(kWorker, {{.jobs = ids({1, 2, 3, 4}), .in_order = true}}, false);
  EXPECT_EQ(trial(recovery), ids({1, 2}));
  recovery.lost(kWorker, {}, false);
  EXPECT_EQ(trial(recovery), ids({1}));
  recovery.passed(kWorker);
  EXPECT_EQ(trial(recovery), ids({2}));
  recovery.lost(kWorker, {}, false);
  EXPECT_EQ(trial(recovery), ids({2}));
  EXPECT_EQ(recovery.lost(kWorker, {}, false), ids({2}));
  for (const JobId behind : ids({3, 4})) recovery.forget(kWorker, behind);
  EXPECT_FALSE(recovery.busy(kWorker));
}

TEST(Recovery, ForgetsAJobThatIsBeingTried) {
  Recovery recovery;
  recovery.lost(kWorker, {{ids({1})}}, false);
  trial(recovery);
  recovery.forget(kWorker, JobId{1});
  EXPECT_TRUE(recovery.lost(kWorker, {}, false).empty());
  EXPECT_FALSE(recovery.busy(kWorker));
}

TEST(Recovery, TellsWorkersApart) {
  Recovery recovery;
  recovery.lost(kWorker, {{ids({1})}}, false);
  EXPECT_FALSE(recovery.busy(WorkerId{2}));
  EXPECT_TRUE(recovery.begin_trial(WorkerId{2}).empty());
}

// A worker that dies of guilty jobs, of each with its probability.
class Ward {
 public:
  explicit Ward(uint64_t seed) : random_(seed) {}

  JobId add_innocent() { return JobId{++jobs_}; }
  JobId add_guilty(double probability) {
    guilty_[JobId{++jobs_}] = probability;
    return JobId{jobs_};
  }
  bool dies_of(const std::vector<JobId>& jobs) {
    bool dies = false;
    for (const JobId job : jobs)
      if (const auto place = guilty_.find(job); place != guilty_.end())
        dies |= std::bernoulli_distribution(place->second)(random_);
    return dies;
  }

  // Runs trials until none is left. Each job must end once.
  void recover(const std::vector<LostBatch>& batches) {
    end(recovery_.lost(kWorker, batches, false), failed);
    while (recovery_.busy(kWorker)) {
      const std::vector<JobId> jobs = recovery_.begin_trial(kWorker);
      ++trials;
      ASSERT_FALSE(jobs.empty());
      if (dies_of(jobs)) {
        end(recovery_.lost(kWorker, {}, false), failed);
      } else {
        recovery_.passed(kWorker);
        end(jobs, served);
      }
    }
  }

  void end(const std::vector<JobId>& jobs, std::set<JobId>& how) {
    for (const JobId job : jobs) {
      EXPECT_FALSE(served.contains(job) || failed.contains(job)) << "ended twice";
      how.insert(job);
    }
  }

  std::set<JobId> served, failed;
  size_t trials = 0;

 private:
  std::mt19937_64 random_;
  uint64_t jobs_ = 0;
  std::map<JobId, double> guilty_;
  Recovery recovery_;
};

class RecoveryOfRandomBatches : public testing::TestWithParam<double> {};

TEST_P(RecoveryOfRandomBatches, ServesTheInnocentAndFailsTheGuiltyInFewTrials) {
  std::mt19937_64 random(7);
  const double probability = GetParam();
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Ward ward(seed);
    std::vector<LostBatch> batches(1 + random() % 2);
    batches.back().suspect = random() % 2 == 0;
    size_t most_trials = 0, jobs = 0;
    std::set<JobId> guilty;
    for (LostBatch& batch : batches) {
      const size_t size = 1 + random() % 64, bad = random() % std::min<size_t>(size + 1, 6);
      for (size_t i = 0; i < size; ++i) {
        const bool is_guilty = i < bad;
        batch.jobs.push_back(is_guilty ? ward.add_guilty(probability) : ward.add_innocent());
        if (is_guilty) guilty.insert(batch.jobs.back());
      }
      std::shuffle(batch.jobs.begin(), batch.jobs.end(), random);
      const auto depth = static_cast<size_t>(std::bit_width(size - 1));
      // Where the suspect is innocent after all, its halves are two trials.
      most_trials += std::max<size_t>(2, 1 + bad * (2 * depth + 1));
      jobs += size;
    }
    ward.recover(batches);
    EXPECT_EQ(ward.served.size() + ward.failed.size(), jobs);
    EXPECT_LE(ward.trials, most_trials);
    for (const JobId job : ward.failed) EXPECT_TRUE(guilty.contains(job)) << "an innocent failed";
    if (probability == 1) {
      EXPECT_EQ(ward.failed, guilty);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(HowOften, RecoveryOfRandomBatches, testing::Values(1.0, 0.5, 0.1));

}  // namespace
}  // namespace geoneuron::policy
