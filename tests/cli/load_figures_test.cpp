// SPDX-License-Identifier: MIT
// The arithmetic of loads and benchmarks, and what daemons say as tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "cli/bench/finding.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/latencies.hpp"
#include "cli/load/statistics_report.hpp"

namespace geoneuron::cli::load {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;

TEST(Latencies, PercentilesAreOfTheNearestRank) {
  Latencies latencies;
  EXPECT_EQ(latencies.percentile(500), 0u);
  for (uint64_t i = 100; i >= 1; --i) latencies.add(i);
  EXPECT_EQ(latencies.percentile(500), 50u);
  EXPECT_EQ(latencies.percentile(990), 99u);
  EXPECT_EQ(latencies.longest(), 100u);
  EXPECT_EQ(latencies.percentile(0), 1u);
  latencies.add(1000);
  EXPECT_EQ(latencies.longest(), 1000u) << "also of what came after it was sorted";
}

TEST(Latencies, SpreadIsMedianAndQuartiles) {
  const Spread spread = spread_of({5, 1, 3, 2, 4});
  EXPECT_EQ(spread.low, 2);
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.high, 4);
  EXPECT_EQ(spread_of({}).median, 0);
}

TEST(Latencies, JainsIndexIsOneWhereAllHaveTheSame) {
  EXPECT_DOUBLE_EQ(jains_index(std::array{2.0, 2.0, 2.0}), 1);
  EXPECT_DOUBLE_EQ(jains_index(std::array{1.0, 0.0, 0.0, 0.0}), 0.25);
  EXPECT_DOUBLE_EQ(jains_index({}), 1);
}

TEST(StatisticsReport, PercentilesAreOfWhatCameBetween) {
  const ordered_json before = ordered_json::parse("[[1, 10], [8, 1]]");
  const ordered_json after = ordered_json::parse("[[1, 10], [4, 99], [8, 1], [16, 1]]");
  EXPECT_EQ(percentile_of(after, &before, 500), 4u);
  EXPECT_EQ(percentile_of(after, &before, 990), 4u);
  EXPECT_EQ(percentile_of(after, &before, 1000), 16u);
  EXPECT_EQ(percentile_of(before, &before, 500), 0u);
  EXPECT_DOUBLE_EQ(mean_of(ordered_json::parse("[[1, 3], [5, 1]]")), 2);
}

TEST(StatisticsReport, AnswersOfAnotherFormAreAnError) {
  const auto text =
      statistics_text({ordered_json::parse(R"({"contexts": [{"context": "x"}]})"), 0}, nullptr);
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code, EPROTO);
  EXPECT_FALSE(costs_text(ordered_json::parse(R"({"costs": 3})")).has_value());
}

TEST(DeviceNumber, IsTheSelectorsPlaceInTheDaemonsList) {
  json devices = {{"auto", {{"device", "vulkan:1"}, {"reason", "first"}, {"tries", {"cpu"}}}},
                  {"vulkan_problem", ""}};
  for (const char* id : {"cpu", "vulkan:0", "vulkan:1"}) {
    devices["devices"].push_back({{"id", id},
                                  {"name", id},
                                  {"driver", ""},
                                  {"drm_node", ""},
                                  {"memory_bytes", 1u},
                                  {"is_hardware", false},
                                  {"threads", 0u}});
    devices["selectors"][id] = {{"device", id}, {"reason", "asked for"}};
  }
  devices["selectors"]["lavapipe"] = {{"device", "vulkan:0"}, {"reason", "asked for"}};
  devices["selectors"]["vulkan"] = {{"problem", "no Vulkan today"}};
  EXPECT_EQ(device_number(devices, "auto").value(), 0);
  EXPECT_EQ(device_number(devices, "cpu").value(), 1);
  EXPECT_EQ(device_number(devices, "lavapipe").value(), 2);
  EXPECT_EQ(device_number(devices, "vulkan:1").value(), 3);
  EXPECT_EQ(device_number(devices, "vulkan").error().message, "no Vulkan today");
  const auto none = device_number(devices, "vulkan:7");
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().message, HasSubstr("it has cpu (cpu), vulkan:0"));
}

TEST(Finding, RatiosAreOfTheRoundsPairs) {
  const auto finding = bench::ratio_finding("a", "b", {10, 40, 90}, {10, 10, 10}, 3.5);
  EXPECT_EQ(finding.figures["ratio"], 4.0);
  EXPECT_EQ(finding.met, true);
  EXPECT_THAT(finding.measured, HasSubstr("4 times (2.5 to 6.5): 40 against 10 jobs/s"));
  EXPECT_EQ(bench::ratio_finding("a", "b", {10}, {10}, 3.5).met, false);
  EXPECT_FALSE(bench::skipped("a", "no such device").met.has_value());
}

}  // namespace
}  // namespace geoneuron::cli::load
