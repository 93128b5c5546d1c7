// SPDX-License-Identifier: MIT
// What must hold over whole workloads, each for several seeds; Simulation checks the rest.
#include <algorithm>

#include "policy/simulation.hpp"

#include <gtest/gtest.h>

namespace geoneuron::policy {
namespace {

constexpr uint64_t kSecond_ns = 1'000'000'000;

class Properties : public testing::TestWithParam<uint64_t> {
 protected:
  Simulation::Outcome run(std::vector<SimulatedClient> clients, uint64_t until_ns = kSecond_ns) {
    for (size_t i = 0; i < clients.size(); ++i) clients[i].id = i + 1;
    return Simulation({}, clients, GetParam()).run(until_ns);
  }
};

// Jain, Chiu and Hawe, 1984: 1 where all got the same, 1/n where one got everything.
double jain_index(const Simulation::Outcome& outcome) {
  double sum = 0, squares = 0;
  for (const auto& [client, device_ns] : outcome.device_ns) {
    const auto got = static_cast<double>(device_ns);
    sum += got;
    squares += got * got;
  }
  return sum * sum / (static_cast<double>(outcome.device_ns.size()) * squares);
}

void expect_all_ended(const Simulation::Outcome& outcome) {
  EXPECT_GT(outcome.admitted, 1000u);
  EXPECT_EQ(outcome.admitted,
            outcome.finished + outcome.expired + outcome.cancelled + outcome.lost);
}

TEST_P(Properties, EqualClientsGetEqualTime) {
  const auto outcome = run(std::vector<SimulatedClient>(8));
  expect_all_ended(outcome);
  EXPECT_EQ(outcome.device_ns.size(), 8u);
  EXPECT_GE(jain_index(outcome), 0.97);
}

TEST_P(Properties, EqualClientsWithOneJobAtATimeGetEqualTime) {
  std::vector<SimulatedClient> clients(8);
  for (auto& client : clients) client.depth = 1;
  const auto outcome = run(clients);
  EXPECT_GE(jain_index(outcome), 0.97);
}

TEST_P(Properties, ClientsGetEqualTimeHoweverLongTheirJobs) {
  std::vector<SimulatedClient> clients(8);
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i].unit_ns = 10'000u << i;  // 10 us to 1.28 ms
    clients[i].signatures = {i + 1};
    clients[i].depth = 256 >> i;
    clients[i].most_units = 3;
  }
  const auto outcome = run(clients);
  expect_all_ended(outcome);
  EXPECT_GE(jain_index(outcome), 0.97);
}

TEST_P(Properties, ClientsGetEqualTimeWhicheverSignaturesTheyShare) {
  std::vector<SimulatedClient> clients(9);
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i].signatures = {1 + i % 3, 1 + i % 2};
    clients[i].depth = 64;
  }
  EXPECT_GE(jain_index(run(clients)), 0.97);
}

// A bit of everything: chains, deadlines, pauses, several workers, signatures and classes.
std::vector<SimulatedClient> crowd() {
  std::vector<SimulatedClient> clients(12);
  for (size_t i = 0; i < clients.size(); ++i) {
    SimulatedClient& client = clients[i];
    client.user = UserId{1 + i % 3};
    client.worker = WorkerId{1 + i % 3};
    client.priority_class = static_cast<Class>(i % kClasses);
    client.signatures = {0, 1, 2, 10 + i};
    client.most_units = i % 2 == 0 ? 1 : 40;
    client.depth = i % 5 == 0 ? 200 : 4;
    client.mean_pause_ns = i % 4 == 3 ? 5'000'000 : 0;
    client.deadline_in_ns = i % 3 == 0 ? 20'000'000 : 0;
    client.longest_chain = i % 4 == 1 ? 5 : 1;
  }
  return clients;
}

TEST_P(Properties, EveryJobEndsOnceInACrowd) {
  const auto outcome = run(crowd());
  expect_all_ended(outcome);
  EXPECT_GT(outcome.expired, 0u);
}

TEST_P(Properties, EveryJobEndsOnceWhileJobsAreCancelledAndWorkersLost) {
  std::vector<SimulatedClient> clients = crowd();
  for (size_t i = 0; i < clients.size(); ++i) clients[i].id = i + 1;
  Simulation simulation({.jobs_per_client = 100, .jobs_per_user = 300}, clients, GetParam());
  simulation.disturb();
  const auto outcome = simulation.run(kSecond_ns);
  expect_all_ended(outcome);
  EXPECT_GT(outcome.cancelled, 0u);
  EXPECT_GT(outcome.lost, 0u);
}

std::vector<SimulatedClient> one_saturating_each(std::vector<Class> classes) {
  std::vector<SimulatedClient> clients;
  for (const Class priority_class : classes)
    clients.push_back({.priority_class = priority_class, .signatures = {1, 2, 3}, .depth = 100});
  return clients;
}

TEST_P(Properties, TheTopClassWaitsForTheBatchesInFlightAtMost) {
  auto clients = one_saturating_each({Class::kBackground, Class::kNormal, Class::kInteractive});
  clients.push_back({.priority_class = Class::kRealtime, .depth = 1, .mean_pause_ns = 5'000'000});
  const auto outcome = run(clients);
  EXPECT_GT(outcome.class_ns[3], 0u);
  EXPECT_LE(outcome.longest_wait_ns[3], 2 * outcome.longest_batch_ns);
}

TEST_P(Properties, TheLowestClassGetsItsReserve) {
  auto clients = one_saturating_each({Class::kBackground, Class::kNormal, Class::kInteractive});
  const auto outcome = run(clients);
  const auto busy = static_cast<double>(kSecond_ns);
  EXPECT_NEAR(static_cast<double>(outcome.class_ns[0]) / busy, 0.05, 0.01);
  EXPECT_LE(static_cast<double>(outcome.class_ns[1]) / busy, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Properties, testing::Range<uint64_t>(1, 6));

}  // namespace
}  // namespace geoneuron::policy
