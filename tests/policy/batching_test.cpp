// SPDX-License-Identifier: MIT
#include <algorithm>

#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

constexpr Limits kOneInFlight{.batches_in_flight = 1};

TEST(Batching, PutsJobsOfOneSignatureTogetherAcrossClients) {
  Steps steps(kOneInFlight);
  steps.teach(1);
  steps.submit(job_of(1, 1));
  steps.submit(job_of(2, 1));
  steps.submit(job_of(3, 2));
  steps.submit(job_of(4, 3, 2));
  EXPECT_EQ(steps.send(), batches({{1, 3, 2}}));
}

TEST(Batching, GoesPastOtherSignaturesOfAClient) {
  Steps steps(kOneInFlight);
  steps.teach(1);
  steps.submit(job_of(1, 1, 1));
  steps.submit(job_of(2, 1, 2));
  steps.submit(job_of(3, 1, 1));
  EXPECT_EQ(steps.send(), batches({{1, 3}}));
}

TEST(Batching, EndsABatchAtAboutOneQuantum) {
  Steps steps(kOneInFlight);
  steps.teach(1, 300'000);
  for (uint64_t i = 1; i <= 20; ++i) steps.submit(job_of(i));
  const Decision decision = steps.decide();
  ASSERT_EQ(decision.batches.size(), 1u);
  EXPECT_EQ(decision.batches[0].jobs.size(), 6u);
  EXPECT_EQ(decision.batches[0].predicted_ns, 1'800'000u);
}

TEST(Batching, EndsABatchAtItsMostJobs) {
  Steps steps({.batches_in_flight = 1, .jobs_per_batch = 5});
  steps.teach(1, 1000);
  for (uint64_t i = 1; i <= 20; ++i) steps.submit(job_of(i));
  EXPECT_EQ(steps.send().at(0).size(), 5u);
}

TEST(Batching, SendsAJobThatIsLongerThanAQuantumByItself) {
  Steps steps(kOneInFlight);
  steps.teach(1, 5'000'000);
  steps.submit(job_of(1));
  steps.submit(job_of(2));
  EXPECT_EQ(steps.send(), batches({{1}}));
}

TEST(Batching, PassesOverAJobThatIsTooBigForWhatIsLeft) {
  Steps steps(kOneInFlight);
  steps.teach(1, 100'000);
  Job big = job_of(2, 2);
  big.units = 20;
  steps.submit(job_of(1, 1));
  steps.submit(big);
  steps.submit(job_of(3, 3));
  EXPECT_EQ(steps.send(), batches({{1, 3}}));
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{2}}));
}

TEST(Batching, KeepsWorkersAndClassesApart) {
  Steps steps({.batches_in_flight = 4, .worth_sending_ns = 0});
  steps.teach(1);
  steps.scheduler.resume_worker(WorkerId{2});
  Job elsewhere = job_of(2), urgent = job_of(3);
  elsewhere.worker = WorkerId{2};
  urgent.priority_class = Class::kRealtime;
  for (const Job& job : {job_of(1), elsewhere, urgent}) steps.submit(job);
  EXPECT_EQ(steps.send().size(), 3u);
}

TEST(Batching, SendsUnknownSignaturesAlone) {
  Steps steps({.batches_in_flight = 3});
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(job_of(i));
  EXPECT_EQ(steps.send(), batches({{1}, {2}, {3}}));
}

TEST(Batching, SendsJobsWithoutASignatureAloneForEver) {
  Steps steps(kOneInFlight);
  for (uint64_t i = 1; i <= 9; ++i) steps.submit(job_of(i, 1, 0));
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(steps.send().at(0).size(), 1u);
    steps.finish(1000);
  }
}

TEST(Batching, DoublesBatchesAsTheyKeepToTheirPredictions) {
  Steps steps(kOneInFlight);
  for (uint64_t i = 1; i <= 200; ++i) steps.submit(job_of(i));
  std::vector<size_t> sizes;
  for (int i = 0; i < 8; ++i) {
    sizes.push_back(steps.send().at(0).size());
    steps.finish(1000);
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 2, 4, 8, 16, 32, 64, 64}));
}

TEST(Batching, ShrinksTheNextBatchAfterAnOverrun) {
  Steps steps(kOneInFlight);
  steps.teach(1, 10'000);
  for (uint64_t i = 1; i <= 200; ++i) steps.submit(job_of(i));
  EXPECT_EQ(steps.send().at(0).size(), 64u);
  steps.finish(100'000);
  EXPECT_EQ(steps.send().at(0).size(), 32u);
}

TEST(Batching, LeavesNoSlotFreeWhileThereAreJobsThatAreWorthIt) {
  Steps steps;
  steps.teach(1, 1'000'000);
  steps.submit(job_of(1));
  EXPECT_EQ(steps.send(), batches({{1}}));
  steps.submit(job_of(2));
  EXPECT_EQ(steps.send(), batches({{2}}));
  steps.submit(job_of(3));
  EXPECT_TRUE(steps.send().empty());
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{3}}));
}

TEST(Batching, LetsASmallBatchGrowWhileItsWorkerIsBusy) {
  Steps steps;
  steps.teach(1);
  steps.submit(job_of(1));
  EXPECT_EQ(steps.send(), batches({{1}}));
  for (uint64_t i = 2; i <= 4; ++i) {
    steps.submit(job_of(i));
    EXPECT_TRUE(steps.send().empty());
  }
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{2, 3, 4}}));
}

TEST(Batching, SendsASecondBatchWhenItHasJobsEnough) {
  Steps steps({.jobs_worth_sending = 3});
  steps.teach(1, 1000);
  steps.submit(job_of(1));
  EXPECT_EQ(steps.send(), batches({{1}}));
  for (uint64_t i = 2; i <= 4; ++i) steps.submit(job_of(i, i - 1));
  EXPECT_EQ(steps.send().at(0).size(), 3u);
}

TEST(Batching, SendsASecondBatchWhenItTakesLongEnough) {
  Steps steps({.worth_sending_ns = 300'000});
  steps.teach(1);
  for (uint64_t i = 1; i <= 2; ++i) {
    steps.submit(job_of(i));
    EXPECT_EQ(steps.send().size(), i == 1 ? 1u : 0u);
  }
  for (uint64_t i = 3; i <= 4; ++i) steps.submit(job_of(i));
  EXPECT_EQ(steps.send(), batches({{2, 3, 4}}));
}

TEST(Batching, LetsNoUrgentJobWaitForOthers) {
  Steps steps;
  steps.teach(1);
  steps.submit(job_of(1));
  EXPECT_EQ(steps.send(), batches({{1}}));
  Job urgent = job_of(2);
  urgent.priority_class = Class::kInteractive;
  steps.submit(urgent);
  EXPECT_EQ(steps.send(), batches({{2}}));
}

TEST(Batching, HoldsNothingBackForWhatItsWorkerDoesElsewhere) {
  Steps steps;
  steps.teach(1);
  Job loaded = job_of(1);
  loaded.device = DeviceId{2};
  loaded.signature = 0;
  steps.submit(loaded);
  EXPECT_EQ(steps.send(), batches({{1}}));
  steps.submit(job_of(2));
  EXPECT_EQ(steps.send(), batches({{2}}));
}

TEST(Batching, TakesSmallJobsOfAClientTogether) {
  Steps steps(kOneInFlight);
  steps.teach(1, 1000);
  for (uint64_t i = 1; i <= 6; ++i) steps.submit(job_of(i, i % 2 + 1));
  EXPECT_EQ(steps.send(), batches({{1, 2, 4, 6, 3, 5}}));
}

TEST(Batching, LetsNobodyShareManyTurnsOfOthersBeyondItsOwn) {
  // Client 3 could join every batch of both others, who have one job at a time.
  Steps steps({.batches_in_flight = 1, .jobs_per_batch = 2});
  for (const Signature signature : {1u, 2u}) steps.teach(signature, 1'000'000);
  for (uint64_t i = 0; i < 1000; ++i) steps.submit(job_of(10'000 + i, 3, 1 + i % 2));
  for (uint64_t i = 0; i < 400; ++i) {
    for (const uint64_t client : {1u, 2u}) {
      const auto usage = steps.scheduler.clients()[client - 1];
      if (usage.queued + usage.running == 0) steps.submit(job_of(10 * i + client, client, client));
    }
    steps.send();
    steps.finish(1'000'000);
  }
  const auto usage = steps.scheduler.clients();
  const auto [least, most] =
      std::minmax({usage[0].device_ns, usage[1].device_ns, usage[2].device_ns});
  EXPECT_LE(most - least, 6'000'000u);
}

}  // namespace
}  // namespace geoneuron::policy
