// SPDX-License-Identifier: MIT
#include "policy/fair_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace geoneuron::policy {
namespace {

struct ThreeFlows : testing::Test {
  ThreeFlows() {
    for (size_t i = 0; i < flows.size(); ++i) flows[i].order = i;
  }

  void sleep(Flow& flow) {
    queue.pause(flow);
    queue.leave(flow);
  }

  std::array<Flow, 3> flows;
  FairQueue queue{1000};
};

using FairQueueTest = ThreeFlows;

TEST_F(FairQueueTest, HasNobodyNextWhileNobodyWaits) {
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next(), nullptr);
}

TEST_F(FairQueueTest, TakesTurnsBetweenEqualFlows) {
  for (Flow& flow : flows) queue.join(flow, 100);
  for (int turn = 0; turn < 9; ++turn) {
    EXPECT_EQ(queue.next(), &flows[turn % 3]);
    queue.charge(*queue.next(), 100);
  }
}

TEST_F(FairQueueTest, PrefersTheShorterRequestAmongThoseServedAlike) {
  queue.join(flows[0], 1000);
  queue.join(flows[1], 10);
  EXPECT_EQ(queue.next(), &flows[1]);
}

TEST_F(FairQueueTest, LetsNobodyRunAheadOfItsShareHoweverShortItsRequests) {
  queue.join(flows[0], 1000);
  queue.join(flows[1], 10);
  queue.charge(flows[1], 10);
  EXPECT_EQ(queue.next(), &flows[0]);
}

TEST_F(FairQueueTest, SharesTimeEquallyBetweenLongAndShortRequests) {
  queue.join(flows[0], 1000);
  queue.join(flows[1], 10);
  for (int i = 0; i < 10000; ++i) {
    Flow* flow = queue.next();
    queue.charge(*flow, static_cast<int64_t>(flow->request_ns));
  }
  EXPECT_NEAR(static_cast<double>(flows[0].served_ns), static_cast<double>(flows[1].served_ns),
              1000);
}

TEST_F(FairQueueTest, GivesNoCreditForSleep) {
  queue.join(flows[0], 100);
  queue.charge(flows[0], 5000);
  queue.join(flows[1], 100);
  EXPECT_EQ(flows[1].served_ns, 5000);
}

TEST_F(FairQueueTest, KeepsWhatAFlowWasBehindWhenItComesBack) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 100);
  queue.charge(flows[0], 600);
  sleep(flows[1]);
  queue.join(flows[1], 100);
  EXPECT_EQ(flows[1].served_ns, 0);
}

TEST_F(FairQueueTest, KeepsNoMoreOfItThanTheMostCredit) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 100);
  queue.charge(flows[0], 6000);
  sleep(flows[1]);
  queue.join(flows[1], 100);
  EXPECT_EQ(flows[1].served_ns, 4000);  // 1000 behind the mean of both
}

TEST_F(FairQueueTest, GivesNoCreditForSleepWhileNobodyWaited) {
  queue.join(flows[0], 100);
  queue.charge(flows[0], 5000);
  sleep(flows[0]);
  queue.join(flows[1], 100);
  EXPECT_EQ(flows[1].served_ns, 5000);
}

TEST_F(FairQueueTest, KeepsTheDebtOfAFlowThatWasAway) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 100);
  sleep(flows[0]);
  queue.charge(flows[0], 900);
  queue.join(flows[0], 100);
  EXPECT_EQ(flows[0].served_ns, 900);
  EXPECT_EQ(queue.next(), &flows[1]);
}

TEST_F(FairQueueTest, ComesBackToAFlowThatWasChargedTooMuch) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 100);
  queue.charge(flows[0], 500);
  EXPECT_EQ(queue.next(), &flows[1]);
  queue.charge(flows[0], -500);
  EXPECT_EQ(queue.next(), &flows[0]);
}

TEST_F(FairQueueTest, CountsAFlowWhoseJobsRun) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 100);
  queue.charge(flows[1], 100);
  queue.pause(flows[0]);
  EXPECT_EQ(queue.virtual_ns(), 50);
  EXPECT_EQ(queue.next(), &flows[1]) << "nobody eligible has a job, and the device must not wait";
}

TEST_F(FairQueueTest, FollowsARequestThatChanges) {
  queue.join(flows[0], 100);
  queue.join(flows[1], 50);
  queue.set_request(flows[0], 20);
  EXPECT_EQ(queue.next(), &flows[0]);
}

}  // namespace
}  // namespace geoneuron::policy
