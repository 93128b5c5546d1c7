// SPDX-License-Identifier: MIT
// Lost workers, whole: what the storm leaves of innocent requests.
#include <gtest/gtest.h>

#include "simulator/policies.hpp"
#include "simulator/workloads.hpp"

namespace geoneuron::simulator {
namespace {

Outcome run_storm(uint64_t guilty) {
  Workload workload = workload_named("W6").value();
  workload.most_guilty = guilty;
  workload.until_ns = 60 * kSecond_ns;
  return run_policy("geoneuron", workload, {}).value();
}

TEST(Storm, FailsNoInnocentRequest) {
  const Outcome outcome = run_storm(40);
  EXPECT_GE(outcome.losses, 40u);
  size_t guilty_failed = 0;
  for (const Request& request : outcome.requests) {
    if (request.guilty) guilty_failed += request.end == End::kFailed;
    if (!request.guilty && request.end != End::kBanned) {
      EXPECT_EQ(request.end, End::kServed);
    }
  }
  EXPECT_GT(guilty_failed, 20u);
  EXPECT_TRUE(outcome.violations.empty()) << outcome.violations[0];
}

TEST(Storm, BansTheGuiltyOnly) {
  const Workload workload = workload_named("W6").value();
  const Outcome outcome = run_storm(40);
  size_t banned = 0;
  for (const Request& request : outcome.requests) {
    if (request.end != End::kBanned) continue;
    ++banned;
    EXPECT_EQ(workload.streams[request.stream].name, "hostile");
  }
  EXPECT_GT(banned, 0u);
}

TEST(Storm, LetsSilentCorruptionThroughAndCountsIt) {
  Workload workload = workload_named("W2").value();
  for (Stream& stream : workload.streams) {
    stream.fault = Fault::kCorruption;
    stream.fault_chance = 0.1;
  }
  const Outcome outcome = run_policy("geoneuron", workload, {}).value();
  for (const Request& request : outcome.requests)
    EXPECT_EQ(request.end, request.guilty ? End::kCorrupt : End::kServed);
  EXPECT_EQ(outcome.losses, 0u);
}

}  // namespace
}  // namespace geoneuron::simulator
