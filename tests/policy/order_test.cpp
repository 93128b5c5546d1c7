// SPDX-License-Identifier: MIT
// Which job is next: class, client, deadline, arrival. One batch in flight and one job in a batch,
// so that the order shows.
#include <map>

#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

constexpr Limits kOneByOne{.batches_in_flight = 1, .jobs_per_batch = 1};

// The order in which jobs are begun from here on.
std::vector<JobId> order_of_all(Steps& steps, uint64_t job_ns = 100'000) {
  std::vector<JobId> order;
  for (;;) {
    for (const auto& jobs : steps.send()) order.insert(order.end(), jobs.begin(), jobs.end());
    if (steps.in_flight.empty()) return order;
    steps.finish(job_ns);
  }
}

Job with_class(Job job, Class priority_class) {
  job.priority_class = priority_class;
  return job;
}

Job with_deadline(Job job, uint64_t deadline_ns) {
  job.deadline_ns = deadline_ns;
  return job;
}

TEST(Order, TakesHigherClassesFirst) {
  Steps steps(kOneByOne);
  steps.submit(with_class(job_of(1), Class::kBackground));
  steps.submit(with_class(job_of(2), Class::kNormal));
  steps.submit(with_class(job_of(3), Class::kRealtime));
  steps.submit(with_class(job_of(4), Class::kInteractive));
  EXPECT_EQ(steps.send(), batches({{3}}));
}

TEST(Order, TakesTheEarliestDeadlineOfAClientThenItsFirstArrival) {
  Steps steps(kOneByOne);
  Job late_arrival = job_of(1);
  late_arrival.arrival_ns = 7;
  steps.submit(late_arrival);
  steps.submit(job_of(2));
  steps.submit(with_deadline(job_of(3), 9'000'000'000));
  steps.submit(with_deadline(job_of(4), 8'000'000'000));
  EXPECT_EQ(order_of_all(steps), ids({4, 3, 2, 1}));
}

TEST(Order, TakesTurnsBetweenClients) {
  Steps steps(kOneByOne);
  steps.teach(1);
  for (uint64_t i = 1; i <= 3; ++i) steps.submit(job_of(i, 1));
  for (uint64_t i = 4; i <= 6; ++i) steps.submit(job_of(i, 2));
  EXPECT_EQ(order_of_all(steps), ids({1, 4, 2, 5, 3, 6}));
}

TEST(Order, GivesClientsEqualTimeRatherThanEqualTurns) {
  Steps steps(kOneByOne);
  steps.teach(1, 100'000);
  steps.teach(2, 900'000);
  for (uint64_t i = 0; i < 1000; ++i) {
    steps.submit(job_of(1 + 2 * i, 1, 1));
    steps.submit(job_of(2 + 2 * i, 2, 2));
  }
  std::map<bool, uint64_t> time_ns;
  for (int i = 0; i < 500; ++i) {
    const bool is_long = static_cast<uint64_t>(steps.send().at(0).at(0)) % 2 == 0;
    time_ns[is_long] += is_long ? 900'000 : 100'000;
    steps.finish(is_long ? 900'000 : 100'000);
  }
  EXPECT_NEAR(static_cast<double>(time_ns[false]), static_cast<double>(time_ns[true]), 1'000'000);
}

TEST(Order, GoesByWhatJobsTookNotByWhatWasPredicted) {
  Steps steps(kOneByOne);
  steps.teach(1, 100'000);
  for (uint64_t i = 0; i < 20; ++i) steps.submit(job_of(1 + i, 1));
  for (uint64_t i = 20; i < 40; ++i) steps.submit(job_of(1 + i, 2));
  EXPECT_EQ(steps.send(), batches({{1}}));
  steps.finish(1'000'000);  // ten times as much
  std::vector<JobId> next;
  for (int i = 0; i < 9; ++i) {
    next.push_back(steps.send().at(0).at(0));
    steps.finish(100'000);
  }
  EXPECT_EQ(next, ids({21, 22, 23, 24, 25, 26, 27, 28, 29}));
}

TEST(Order, BanksNoCreditForAClientThatSleeps) {
  Steps steps(kOneByOne);
  steps.teach(1);
  for (uint64_t i = 1; i <= 100; ++i) steps.submit(job_of(i, 1));
  for (int i = 0; i < 50; ++i) {
    steps.send();
    steps.finish();
  }
  for (uint64_t i = 101; i <= 200; ++i) steps.submit(job_of(i, 2));
  int of_sleeper = 0;
  for (int i = 0; i < 20; ++i) {
    of_sleeper += static_cast<uint64_t>(steps.send().at(0).at(0)) > 100;
    steps.finish();
  }
  EXPECT_NEAR(of_sleeper, 10, 1);
}

TEST(Order, LeavesAReserveToTheLowestClassThatWaits) {
  Steps steps(kOneByOne);
  steps.teach(1);
  for (uint64_t i = 1; i <= 1000; ++i) steps.submit(with_class(job_of(i, 1), Class::kInteractive));
  for (uint64_t i = 1001; i <= 2000; ++i) steps.submit(with_class(job_of(i, 2), Class::kNormal));
  for (uint64_t i = 2001; i <= 3000; ++i)
    steps.submit(with_class(job_of(i, 3), Class::kBackground));
  for (int i = 0; i < 1000; ++i) {
    steps.send();
    steps.finish();
  }
  EXPECT_NEAR(static_cast<double>(steps.scheduler.class_usage(Class::kBackground).finished), 50, 2);
  EXPECT_EQ(steps.scheduler.class_usage(Class::kNormal).device_ns, 512 * 100'000u);  // teaching
}

TEST(Order, PutsTheReserveBehindAJobOfTheTopClassThatFindsTheDeviceBusy) {
  Steps steps(kOneByOne);
  steps.teach(1);
  for (uint64_t i = 1; i <= 400; ++i) steps.submit(with_class(job_of(i, 1), Class::kNormal));
  for (uint64_t i = 401; i <= 800; ++i) steps.submit(with_class(job_of(i, 2), Class::kBackground));
  for (uint64_t i = 801; i <= 1100; ++i) {  // whenever it comes: the next batch is its
    steps.send();
    steps.submit(with_class(job_of(i, 3), Class::kRealtime));
    steps.finish();
    EXPECT_EQ(steps.send(), batches({{i}}));
    steps.finish();
  }
}

}  // namespace
}  // namespace geoneuron::policy
