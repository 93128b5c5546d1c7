// SPDX-License-Identifier: MIT
// What holds for every policy, over random workloads: the simulator complains about jobs that were
// lost, run twice, or before their turn in a chain.
#include "simulator/policies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "simulator/random.hpp"
#include "simulator/workloads.hpp"

namespace geoneuron::simulator {
namespace {

Stream random_stream(Random& random, uint64_t client) {
  Stream stream;
  stream.name = "random";
  stream.client = policy::ClientId{client};
  stream.user = policy::UserId{1 + random.below(3)};
  stream.worker = policy::WorkerId{static_cast<uint64_t>(stream.user)};
  stream.priority_class = static_cast<policy::Class>(random.below(policy::kClasses));
  stream.kinds.clear();
  for (uint64_t i = 0; i <= random.below(3); ++i) {
    Kind kind;
    kind.signature = random.below(6);  // 0 shares with none
    kind.model = 1 + random.below(2);
    kind.unit = {random.below(100'000), 1 + random.below(400'000), random.below(50'000)};
    kind.launch_ns = random.below(200'000);
    kind.most_units = static_cast<uint32_t>(1 + random.below(4));
    kind.staging_bytes = random.below(1 << 20);
    stream.kinds.push_back(kind);
  }
  stream.arrivals = static_cast<Arrivals>(random.below(3));
  stream.period_ns = 1 + random.below(20'000'000);
  stream.burst = static_cast<uint32_t>(1 + random.below(6));
  stream.deadline_in_ns = random.chance(0.5) ? 1 + random.below(30'000'000) : 0;
  stream.drop_late = random.chance(0.5);
  stream.chunks = random.chance(0.3) ? static_cast<uint32_t>(1 + random.below(6)) : 1;
  if (random.chance(0.2)) {
    stream.fault = static_cast<Fault>(random.below(5));
    stream.fault_chance = 0.02;
    stream.fault_again = random.chance(0.5) ? 1 : 0.3;
  }
  return stream;
}

Workload random_workload(uint64_t seed) {
  Random random(seed);
  Workload workload;
  workload.machine.staging_bytes = 4 << 20;
  workload.machine.watchdog_ns = 20 * kMillisecond_ns;
  const uint64_t clients = 1 + random.below(10);
  for (uint64_t client = 1; client <= clients; ++client)
    workload.streams.push_back(random_stream(random, client));
  workload.until_ns = kSecond_ns / 2;
  return workload;
}

class EveryPolicy : public testing::TestWithParam<std::string> {};

TEST_P(EveryPolicy, EndsEveryRequestOnce) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Workload workload = random_workload(seed);
    const auto outcome = run_policy(GetParam(), workload, {.seed = seed});
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    for (const std::string& violation : outcome->violations)
      ADD_FAILURE() << "seed " << seed << ": " << violation;
    ASSERT_FALSE(outcome->requests.empty());
    for (const Request& request : outcome->requests) {
      EXPECT_NE(request.end, End::kNone);
      EXPECT_FALSE(request.end == End::kFailed && !request.guilty) << "an innocent one failed";
      EXPECT_FALSE(request.end == End::kCorrupt && !request.guilty);
      EXPECT_GE(request.end_ns, request.arrival_ns);
    }
  }
}

TEST_P(EveryPolicy, DoesTheSameForTheSameSeed) {
  const Workload workload = random_workload(99);
  const auto first = run_policy(GetParam(), workload, {.seed = 5});
  const auto second = run_policy(GetParam(), workload, {.seed = 5});
  ASSERT_TRUE(first.has_value() && second.has_value());
  ASSERT_EQ(first->requests.size(), second->requests.size());
  for (size_t i = 0; i < first->requests.size(); ++i)
    EXPECT_EQ(first->requests[i].end_ns, second->requests[i].end_ns);
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::string> all_policies() {
  std::vector<std::string> names;
  for (const PolicyName& policy : policy_names()) names.push_back(policy.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, EveryPolicy, testing::ValuesIn(all_policies()), name_of);

TEST(Policies, MeetTheSameRequestsInOpenStreams) {
  const auto workload = workload_named("W2", 0.5);
  ASSERT_TRUE(workload.has_value());
  const auto arrivals = [&](const char* policy) {
    std::vector<std::tuple<uint64_t, policy::ClientId>> made;
    const auto outcome = run_policy(policy, *workload, {.seed = 3});
    for (const Request& request : outcome->requests)
      made.emplace_back(request.arrival_ns, request.client);
    std::sort(made.begin(), made.end());
    return made;
  };
  EXPECT_EQ(arrivals("geoneuron"), arrivals("triton"));
  EXPECT_EQ(arrivals("geoneuron"), arrivals("isolated"));
}

TEST(Policies, ThatAreUnknownAreRefusedWithThoseThatAreKnown) {
  const auto refused = run_policy("fifi", {}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("fifo"), std::string::npos);
  EXPECT_FALSE(workload_named("W9").has_value());
}

// The classes are strict but for the reserve, and nobody starves.
TEST(DaemonPolicy, KeepsTheTopClassAheadAndServesTheLowest) {
  auto workload = workload_named("W5", 1.5);
  ASSERT_TRUE(workload.has_value());
  workload->until_ns = kSecond_ns;
  const auto outcome = run_policy("geoneuron", *workload, {});
  uint64_t top_ns = 0, bulk_ns = 0, longest_ns = 0;
  for (const Request& request : outcome->requests) {
    if (!request.served() || request.end_ns > workload->until_ns) continue;
    const bool bulk = workload->streams[request.stream].name == "bulk";
    (bulk ? bulk_ns : top_ns) += request.device_ns;
    if (bulk) longest_ns = std::max(longest_ns, request.latency_ns());
  }
  EXPECT_NEAR(static_cast<double>(bulk_ns) / static_cast<double>(top_ns + bulk_ns), 0.05, 0.02);
  // 32 jobs of 410 us at the reserve of 5 %, and as much again for how it is spent.
  EXPECT_LT(longest_ns, 2 * 32 * 410 * kMicrosecond_ns * 20);
}

}  // namespace
}  // namespace geoneuron::simulator
