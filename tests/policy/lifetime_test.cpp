// SPDX-License-Identifier: MIT
// How jobs end other than by running: expiry, cancelling, clients that go, workers that are lost.
#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

Job due_at(uint64_t id, uint64_t deadline_ns) {
  Job job = job_of(id);
  job.deadline_ns = deadline_ns;
  job.drop_late = true;
  return job;
}

constexpr uint64_t kSoon = 2'000'000'000;

// Both slots taken, by jobs of another client.
void occupy(Steps& steps) {
  for (uint64_t i = 901; i <= 902; ++i) steps.submit(job_of(i, 4, i));
  ASSERT_EQ(steps.send().size(), 2u);
}

TEST(Expiry, HappensByTimeThoughNoSlotIsFree) {
  Steps steps;
  occupy(steps);
  steps.submit(due_at(1, kSoon));
  EXPECT_EQ(steps.decide().wake_ns, kSoon);
  steps.now_ns = kSoon - 1;
  EXPECT_TRUE(steps.decide().expired.empty());
  steps.now_ns = kSoon;
  const Decision decision = steps.decide();
  EXPECT_EQ(decision.expired, ids({1}));
  EXPECT_EQ(decision.wake_ns, 0u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).expired, 1u);
}

TEST(Expiry, WakesForTheSoonest) {
  Steps steps;
  occupy(steps);
  steps.submit(due_at(1, kSoon + 5));
  steps.submit(due_at(2, kSoon));
  EXPECT_EQ(steps.decide().wake_ns, kSoon);
  steps.now_ns = kSoon;
  EXPECT_EQ(steps.decide().wake_ns, kSoon + 5);
}

TEST(Expiry, SparesWhatHasBegunAndWhatIsToRunLate) {
  Steps steps;
  steps.submit(due_at(1, kSoon));
  steps.submit(job_of(3, 2, 3));
  EXPECT_EQ(steps.send().size(), 2u);
  Job late = due_at(2, kSoon);
  late.drop_late = false;
  steps.submit(late);
  steps.now_ns = kSoon + 1;
  EXPECT_TRUE(steps.decide().expired.empty());
}

TEST(Expiry, TakesTheRestOfAChainAlong) {
  Steps steps;
  occupy(steps);
  for (uint64_t i = 1; i <= 3; ++i) {
    Job job = due_at(i, kSoon);
    job.chain = 7;
    job.drop_late = i < 3;
    steps.submit(job);
  }
  steps.now_ns = kSoon;
  EXPECT_EQ(steps.decide().expired, ids({1, 2, 3}));
  steps.drain();
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).finished, 2u);
}

TEST(Cancel, ForgetsQueuedJobsOnly) {
  Steps steps;
  steps.submit(job_of(1));
  steps.send();
  steps.submit(job_of(2));
  EXPECT_FALSE(steps.scheduler.cancel(JobId{1}));
  EXPECT_TRUE(steps.scheduler.cancel(JobId{2}));
  EXPECT_FALSE(steps.scheduler.cancel(JobId{2}));
  EXPECT_FALSE(steps.scheduler.cancel(JobId{3}));
  EXPECT_TRUE(steps.send().empty());
}

TEST(Cancel, LeavesNoTimerBehind) {
  Steps steps;
  occupy(steps);
  steps.submit(due_at(1, kSoon));
  steps.scheduler.cancel(JobId{1});
  EXPECT_EQ(steps.decide().wake_ns, 0u);
}

TEST(RemoveClient, ForgetsItsQueuedJobsAndLetsTheRunningOnesEnd) {
  Steps steps;
  occupy(steps);
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(job_of(i, 1, i));
  Job member = job_of(5, 4);
  member.chain = 7;
  steps.submit(member);
  member.id = JobId{6};
  steps.submit(member);
  steps.scheduler.remove_client(ClientId{1});
  steps.scheduler.remove_client(ClientId{4});
  EXPECT_EQ(steps.scheduler.clients().size(), 2u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).queued, 0u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).running, 2u);
  steps.drain();
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).finished, 2u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).running, 0u);
}

TEST(RemoveClient, IgnoresAClientThatIsNotThere) {
  Steps steps;
  steps.scheduler.remove_client(ClientId{99});
  EXPECT_EQ(steps.scheduler.clients().size(), 4u);
}

TEST(Finished, IgnoresUnknownBatchesAndJobs) {
  Steps steps;
  steps.submit(job_of(1));
  steps.submit(job_of(2, 2, 2));
  steps.send();
  steps.scheduler.finished(BatchId{99}, {{JobId{1}, 5}}, steps.now_ns);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).running, 2u);
  const BatchId first = steps.in_flight[0].id;
  steps.scheduler.finished(first, {{JobId{2}, 7}, {JobId{42}, 7}}, steps.now_ns);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).running, 1u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).device_ns, 0u);
}

TEST(Finished, LearnsNothingFromJobsThatDidNotRun) {
  Steps steps;
  steps.submit(job_of(1));
  steps.send();
  steps.finish(0);
  EXPECT_TRUE(steps.scheduler.costs().empty());
}

TEST(Worker, HoldsItsJobsUntilItTakesThem) {
  Steps steps;
  Job job = job_of(1);
  job.worker = WorkerId{5};
  steps.submit(job);
  EXPECT_TRUE(steps.send().empty());
  steps.scheduler.resume_worker(WorkerId{5});
  EXPECT_EQ(steps.send(), batches({{1}}));
}

TEST(Worker, GivesBackWhatRanWhenItIsLostAndTheQueuedWait) {
  Steps steps;
  steps.teach(1);
  for (uint64_t i = 1; i <= 4; ++i) steps.submit(job_of(i));
  steps.send();
  steps.submit(job_of(5));
  EXPECT_EQ(steps.scheduler.lose_worker(kWorker, steps.now_ns), ids({1, 2, 3, 4}));
  EXPECT_TRUE(steps.send().empty());
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).queued, 1u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).running, 0u);
  steps.scheduler.resume_worker(kWorker);
  EXPECT_EQ(steps.send(), batches({{5}}));
}

TEST(Worker, FreesTheSlotsOfADeviceForOtherWorkersWhenItIsLost) {
  Steps steps({.batches_in_flight = 1});
  steps.scheduler.resume_worker(WorkerId{2});
  steps.submit(job_of(1));
  steps.send();
  Job elsewhere = job_of(2, 2);
  elsewhere.worker = WorkerId{2};
  steps.submit(elsewhere);
  EXPECT_TRUE(steps.send().empty());
  steps.scheduler.lose_worker(kWorker, steps.now_ns);
  EXPECT_EQ(steps.send(), batches({{2}}));
}

TEST(Worker, IsIgnoredWhenItsBatchEndsAfterItWasLost) {
  Steps steps;
  steps.submit(job_of(1));
  steps.send();
  steps.scheduler.lose_worker(kWorker, steps.now_ns);
  steps.finish();
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).finished, 0u);
}

TEST(Worker, DoesNotHoldUpTheOtherJobsOfAClient) {
  Steps steps;
  steps.scheduler.resume_worker(WorkerId{2});
  Job first = job_of(1), second = job_of(2);
  second.worker = WorkerId{2};
  steps.scheduler.lose_worker(kWorker, steps.now_ns);
  steps.submit(first);
  steps.submit(second);
  EXPECT_EQ(steps.send(), batches({{2}}));
}

}  // namespace
}  // namespace geoneuron::policy
