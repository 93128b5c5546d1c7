// SPDX-License-Identifier: MIT
// What Perfetto and chrome://tracing want of a trace (Trace Event Format, JSON).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace geoneuron::cli {

struct TraceInterval {
  double begin, end;  // microseconds
};

// Events of one thread may nest but must not overlap otherwise: they are drawn as a stack.
inline void expect_nested(std::vector<TraceInterval> intervals) {
  constexpr double kRounding = 0.002;  // of times to doubles
  std::ranges::sort(intervals, [](const TraceInterval& a, const TraceInterval& b) {
    return std::pair(a.begin, -a.end) < std::pair(b.begin, -b.end);
  });
  std::vector<double> open;  // where the events around this one end
  for (const TraceInterval& one : intervals) {
    while (!open.empty() && open.back() <= one.begin + kRounding) open.pop_back();
    const double enclosing_end = open.empty() ? one.end : open.back();
    EXPECT_LE(one.end, enclosing_end + kRounding) << "began at " << one.begin;
    open.push_back(one.end);
  }
}

inline void expect_event(const nlohmann::json& event) {
  EXPECT_TRUE(event.at("name").is_string()) << event;
  EXPECT_TRUE(event.at("pid").is_number_integer()) << event;
  EXPECT_TRUE(event.at("tid").is_number_integer()) << event;
  const std::string phase = event.at("ph");
  EXPECT_TRUE(phase == "X" || phase == "M" || phase == "C") << event;
  if (phase == "M") return;
  EXPECT_TRUE(event.at("ts").is_number()) << event;
  EXPECT_GE(event.at("ts").get<double>(), 0) << event;
  if (phase == "C") return;
  EXPECT_TRUE(event.at("dur").is_number()) << event;
  EXPECT_GE(event.at("dur").get<double>(), 0) << event;
}

// Checks every event; returns the names of all spans.
inline std::set<std::string> check_trace(const nlohmann::json& trace) {
  std::set<std::string> names;
  std::map<std::pair<int64_t, int64_t>, std::vector<TraceInterval>> threads;
  for (const nlohmann::json& event : trace.at("traceEvents")) {
    expect_event(event);
    if (event.at("ph") != "X") continue;
    names.insert(event.at("name").get<std::string>());
    const double begin = event.at("ts"), duration = event.at("dur");
    threads[{event.at("pid"), event.at("tid")}].push_back({begin, begin + duration});
  }
  for (const auto& [thread, intervals] : threads) expect_nested(intervals);
  return names;
}

}  // namespace geoneuron::cli
