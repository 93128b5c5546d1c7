// SPDX-License-Identifier: MIT
#include "policy/costs.hpp"

#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

Costs::Sample sample(Signature signature, uint64_t units, uint64_t device_ns) {
  return {signature, kDevice, units, device_ns, 1, false};
}

TEST(Costs, PredictsThePriorForWhatWasNeverMeasured) {
  const Costs costs({.unknown_cost_ns = 1234});
  EXPECT_EQ(costs.find(1, kDevice), nullptr);
  EXPECT_EQ(costs.predict(job_of(1)), 1234u);
}

TEST(Costs, PredictsByUnits) {
  Costs costs({});
  costs.learn(sample(1, 10, 5000));
  EXPECT_EQ(costs.find(1, kDevice)->predict(3), 1500u);
}

TEST(Costs, TellsDevicesApart) {
  Costs costs({});
  costs.learn(sample(1, 1, 5000));
  EXPECT_EQ(costs.find(1, DeviceId{2}), nullptr);
}

TEST(Costs, AreMovedLittleByAnOutlier) {
  Costs costs({});
  costs.learn(sample(1, 1, 20'000'000));  // cold
  for (int i = 0; i < 2; ++i) costs.learn(sample(1, 1, 1'000'000));
  EXPECT_EQ(costs.find(1, kDevice)->predict(1), 1'000'000u);
  costs.learn(sample(1, 1, 70'000'000));
  EXPECT_EQ(costs.find(1, kDevice)->predict(1), 1'000'000u);
}

TEST(Costs, FollowAChangeThatLasts) {
  Costs costs({});
  for (int i = 0; i < 100; ++i) costs.learn(sample(1, 1, 1000));
  for (int i = 0; i < 5; ++i) costs.learn(sample(1, 1, 3000));
  EXPECT_EQ(costs.find(1, kDevice)->predict(1), 3000u);
}

TEST(Costs, KeepTheMeanErrorOfTheirPredictions) {
  Costs costs({});
  costs.learn(sample(1, 1, 1000));
  costs.learn(sample(1, 1, 1500));  // off by half of 1000
  costs.learn(sample(1, 1, 1000));  // right
  EXPECT_DOUBLE_EQ(costs.rows().at(0).error, 0.25);
}

TEST(Costs, ForgetTheOneMeasuredLongestAgoWhenFull) {
  Costs costs({});
  for (Signature i = 1; i <= Costs::kMaximumRows; ++i) costs.learn(sample(i, 1, 1000));
  costs.learn(sample(1, 1, 1000));
  costs.learn(sample(Costs::kMaximumRows + 1, 1, 1000));
  EXPECT_EQ(costs.rows().size(), Costs::kMaximumRows);
  EXPECT_NE(costs.find(1, kDevice), nullptr);
  EXPECT_EQ(costs.find(2, kDevice), nullptr);
}

TEST(Costs, TakeAbsurdTimesForLongOnes) {
  Costs costs({});
  costs.learn(sample(1, 1, kLongestTime_ns));
  EXPECT_EQ(costs.find(1, kDevice)->predict(4'000'000'000u), kLongestTime_ns);
}

TEST(Usage, SaysWhatClientsClassesAndSignaturesTook) {
  Steps steps;
  steps.submit(job_of(1, 1));
  steps.submit(job_of(2, 2));
  steps.send();
  steps.submit(job_of(3, 2));
  steps.finish(100'000);
  const auto clients = steps.scheduler.clients();
  EXPECT_EQ(clients.at(0).device_ns, 100'000u);
  EXPECT_EQ(clients.at(1).queued, 1u);
  EXPECT_EQ(clients.at(1).running, 1u);
  EXPECT_EQ(clients.at(1).submitted, 2u);
  EXPECT_EQ(clients.at(0).finished, 1u);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).device_ns, 100'000u);
  const auto costs = steps.scheduler.costs();
  ASSERT_EQ(costs.size(), 1u);
  EXPECT_EQ(costs[0].predicted_ns, uint64_t{100'000} << 16);
  EXPECT_EQ(costs[0].measured, 1u);
}

TEST(Usage, KnowsTheClassOfTheLastJob) {
  Steps steps;
  Job job = job_of(1, 2);
  job.priority_class = Class::kInteractive;
  steps.submit(job);
  EXPECT_EQ(steps.scheduler.clients().at(1).last_class, Class::kInteractive);
  EXPECT_EQ(steps.scheduler.clients().at(0).submitted, 0u);
}

TEST(Usage, CountsBatchesBySizeAndTime) {
  using Rows = std::vector<std::pair<uint64_t, uint64_t>>;
  Steps steps;
  steps.teach(1, 10'000);
  const auto before = steps.scheduler.device_usage(kDevice);
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(job_of(i));
  steps.send();
  EXPECT_EQ(steps.scheduler.device_usage(kDevice).in_flight, 1u);
  steps.finish(10'000);
  const auto after = steps.scheduler.device_usage(kDevice);
  EXPECT_EQ(after.in_flight, 0u);
  EXPECT_EQ(after.batches, before.batches + 1);
  EXPECT_EQ(after.jobs, before.jobs + 3);
  EXPECT_EQ(after.device_ns, before.device_ns + 30'000);
  EXPECT_NE(after.batch_jobs.rows(), before.batch_jobs.rows());
  Distribution times;
  for (const uint64_t value : {0, 15, 16, 17, 18, 30'000}) times.add(value);
  EXPECT_EQ(times.rows(), (Rows{{0, 1}, {15, 1}, {16, 2}, {18, 1}, {28'672, 1}}));
}

TEST(Usage, KnowsTheLongestBatch) {
  Steps steps;
  EXPECT_EQ(steps.scheduler.device_usage(kDevice).longest_batch_ns, 0u);
  steps.teach(1, 10'000);
  for (uint64_t i = 1; i <= 10; ++i) steps.submit(job_of(i));
  steps.drain(30'000);
  EXPECT_EQ(steps.scheduler.device_usage(kDevice).longest_batch_ns, 64 * 10'000u);
}

}  // namespace
}  // namespace geoneuron::policy
