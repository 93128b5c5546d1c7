// SPDX-License-Identifier: MIT
#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

Job member(uint64_t id, Signature signature, uint64_t client = 1, uint64_t chain = 7) {
  Job job = job_of(id, client, signature);
  job.chain = chain;
  return job;
}

TEST(Chain, BeginsAMemberWhenTheOneBeforeIsOver) {
  Steps steps;
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(member(i, i));
  for (uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(steps.send(), batches({{i}}));
    EXPECT_TRUE(steps.send().empty());
    steps.finish();
  }
}

TEST(Chain, GoesInOneBatchInOrderWhereCostsAreKnown) {
  Steps steps;
  for (const Signature signature : {1u, 2u, 3u}) steps.teach(signature);
  steps.submit(member(9, 3));
  steps.submit(member(5, 1));
  steps.submit(member(7, 2));
  EXPECT_EQ(steps.send(), batches({{9, 5, 7}}));
}

TEST(Chain, EndsItsBatchBeforeAMemberOfUnknownCost) {
  Steps steps;
  steps.teach(1);
  steps.submit(member(1, 1));
  steps.submit(member(2, 1));
  steps.submit(member(3, 99));
  EXPECT_EQ(steps.send(), batches({{1, 2}}));
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{3}}));
}

TEST(Chain, EndsItsBatchAtTheQuantum) {
  Steps steps;
  steps.teach(1, 900'000);
  for (uint64_t i = 1; i <= 5; ++i) steps.submit(member(i, 1));
  EXPECT_EQ(steps.send(), batches({{1, 2}}));
}

TEST(Chain, SharesABatchWithOtherClientsRatherThanGoAheadAlone) {
  Steps steps({.batches_in_flight = 1});
  for (const Signature signature : {1u, 2u}) steps.teach(signature);
  steps.submit(member(1, 1, 1));
  steps.submit(member(2, 2, 1));
  steps.submit(member(3, 1, 2));
  steps.submit(member(4, 2, 2));
  EXPECT_EQ(steps.send(), batches({{1, 3}}));
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{2, 4}}));
}

TEST(Chain, KeepsOneNumberOfTwoClientsApart) {
  Steps steps;
  steps.submit(member(1, 1, 1));
  steps.submit(member(2, 2, 2));
  EXPECT_EQ(steps.send().size(), 2u);
}

TEST(Chain, BeginsNothingOnceTheRestIsCancelled) {
  Steps steps;
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(member(i, i));
  steps.send();
  steps.finish();
  EXPECT_TRUE(steps.scheduler.cancel(JobId{3}));
  EXPECT_TRUE(steps.scheduler.cancel(JobId{2}));
  EXPECT_TRUE(steps.send().empty());
}

TEST(Chain, ClosesTheGapOfACancelledMember) {
  Steps steps;
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(member(i, i));
  steps.send();
  EXPECT_TRUE(steps.scheduler.cancel(JobId{2}));
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{3}}));
}

TEST(Chain, GoesOnWithMembersThatComeLater) {
  Steps steps;
  steps.submit(member(1, 1));
  steps.send();
  steps.submit(member(2, 2));
  EXPECT_TRUE(steps.send().empty());
  steps.finish();
  EXPECT_EQ(steps.send(), batches({{2}}));
}

}  // namespace
}  // namespace geoneuron::policy
