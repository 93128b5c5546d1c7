// SPDX-License-Identifier: MIT
#include "cli/trace_collection.hpp"

#include <gtest/gtest.h>

namespace geoneuron::cli {
namespace {

using nlohmann::json;

json track(int number, const char* name) {
  return {{"ph", "M"},
          {"name", "thread_name"},
          {"pid", 1},
          {"tid", number},
          {"args", {{"name", name}}}};
}

json span(const char* name, int track, double begin_us) {
  return {{"ph", "X"},    {"name", name},   {"cat", "operator"}, {"pid", 1},
          {"tid", track}, {"ts", begin_us}, {"dur", 1.5},        {"args", json::object()}};
}

std::string trace(const char* origin_ns, const json& events) {
  return json{{"traceEvents", events}, {"otherData", {{"origin_ns", origin_ns}}}}.dump();
}

TEST(TraceCollection, PutsRunsOneAfterTheOtherOnTheSameTracks) {
  TraceCollection traces;
  ASSERT_TRUE(traces.add(
      trace("1000000", {track(1, "cpu"), track(2, "host"), span("a", 1, 0), span("b", 2, 2)})));
  ASSERT_TRUE(
      traces.add(trace("1007500", {track(1, "host"), track(2, "cpu"), span("c", 2, 0.25)})));
  const json all = json::parse(traces.to_text())["traceEvents"];
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[2]["name"], "a");
  EXPECT_EQ(all[2]["ts"], 0);
  EXPECT_EQ(all[3]["ts"], 2);
  EXPECT_EQ(all[4]["name"], "c");
  EXPECT_EQ(all[4]["tid"], all[2]["tid"]);  // the cores
  EXPECT_EQ(all[4]["ts"], 7.75);
}

TEST(TraceCollection, DropsWhatIsTooMuchAndSaysSo) {
  TraceCollection traces(3);
  const json events = {track(1, "cpu"), span("a", 1, 0), span("b", 1, 2), span("c", 1, 4)};
  ASSERT_TRUE(traces.add(trace("1", events)));
  const json all = json::parse(traces.to_text())["traceEvents"];
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[2]["name"], "b");
  EXPECT_EQ(all[3]["name"], "spans dropped");
  EXPECT_EQ(all[3]["args"]["value"], 1);
}

TEST(TraceCollection, RefusesWhatIsNoTrace) {
  for (const std::string& text : {std::string("no"), std::string("{}"), trace("x", json::array()),
                                  trace("1", {1}), trace("1", {{{"ph", 1}}})})
    EXPECT_EQ(TraceCollection().add(text).error().code, EPROTO) << text;
}

}  // namespace
}  // namespace geoneuron::cli
