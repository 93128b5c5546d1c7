// SPDX-License-Identifier: MIT
#include "engine/profiler.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace geoneuron::engine {
namespace {

using nlohmann::json;

TraceSpan span(std::string name, std::string track, uint64_t begin_ns, uint64_t duration_ns) {
  return {std::move(name), "operator", std::move(track), begin_ns, duration_ns, {}};
}

std::vector<json> events_of(const Profiler& profiler, const std::string& phase) {
  std::vector<json> result;
  const json trace = json::parse(profiler.to_json());
  for (const json& event : trace.at("traceEvents"))
    if (event.at("ph") == phase) result.push_back(event);
  return result;
}

TEST(Profiler, WritesSpansThatNest) {
  Profiler profiler;
  profiler.add(span("run", "host", 5'000'000'000, 9'000));
  profiler.add(span("conv1", "host", 5'000'001'000, 2'500));
  profiler.add(span("conv2", "host", 5'000'003'500, 5'500));
  const auto spans = events_of(profiler, "X");
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].at("ts"), 0.0);
  EXPECT_EQ(spans[1].at("ts"), 1.0);
  EXPECT_EQ(spans[1].at("dur"), 2.5);
  for (size_t i = 1; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].at("tid"), spans[0].at("tid"));
    EXPECT_GE(spans[i].at("ts"), spans[0].at("ts"));
    EXPECT_LE(spans[i].at("ts").get<double>() + spans[i].at("dur").get<double>(),
              spans[0].at("dur").get<double>());
  }
}

TEST(Profiler, GivesEachTrackARowAndAName) {
  Profiler profiler;
  profiler.add(span("a", "cpu", 1, 1));
  profiler.add(span("b", "vulkan:0", 1, 1));
  const auto names = events_of(profiler, "M");
  ASSERT_EQ(names.size(), 2u);
  EXPECT_NE(names[0].at("tid"), names[1].at("tid"));
  EXPECT_EQ(names[0].at("args").at("name"), "cpu");
}

TEST(Profiler, AddsUpCounters) {
  Profiler profiler;
  profiler.count("cache hits", 1);
  profiler.count("cache hits", 2);
  EXPECT_EQ(profiler.counters().at("cache hits"), 3.0);
  EXPECT_EQ(events_of(profiler, "C").at(0).at("args").at("value"), 3.0);
}

TEST(Profiler, SurvivesNamesThatAreNotText) {
  Profiler profiler;
  profiler.add(span("\xff\"\\\n", "cpu", 1, 1));
  EXPECT_EQ(events_of(profiler, "X").size(), 1u);
}

TEST(Profiler, AnEmptyTraceParses) {
  EXPECT_TRUE(json::parse(Profiler().to_json()).at("traceEvents").empty());
}

}  // namespace
}  // namespace geoneuron::engine
