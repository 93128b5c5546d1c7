// SPDX-License-Identifier: MIT
// Job files: what they may say, and what is told where they are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/load/load_plan.hpp"

namespace geoneuron::cli::load {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& text) {
  const auto plans = parse_plans(text, 1);
  EXPECT_FALSE(plans.has_value()) << text;
  return plans ? "" : plans.error().message;
}

TEST(LoadPlan, TakesAllMembers) {
  const auto plans = parse_plans(
      R"([{"name": "frames", "clients": 2, "class": "interactive", "do": "heatmap", "width": 64,
           "height": 32, "rate": 60, "seconds": 2.5, "deadline_ms": 16.5, "drop_late": true},
          {"do": "perceive", "model": "a.onnx", "view": "feature_grid", "tensor": "y",
           "count": 3, "in_flight": 4}])",
      5);
  ASSERT_TRUE(plans.has_value()) << plans.error().message;
  const LoadPlan& frames = plans->at(0);
  EXPECT_EQ(frames.name, "frames");
  EXPECT_EQ(frames.clients, 2u);
  EXPECT_EQ(frames.priority_class, uint32_t{GEONEURON_CLASS_INTERACTIVE});
  EXPECT_EQ(frames.width, 64u);
  EXPECT_EQ(frames.deadline_ns, 16'500'000u);
  EXPECT_TRUE(frames.drop_late);
  EXPECT_GT(frames.in_flight, 1u) << "a stream does not wait for the frame before";
  const LoadPlan& looks = plans->at(1);
  EXPECT_EQ(looks.name, "perceive");
  EXPECT_EQ(looks.clients, 5u) << "as many as are usual";
  EXPECT_EQ(looks.kind, JobKind::kPerceive);
  EXPECT_EQ(looks.priority_class, uint32_t{GEONEURON_CLASS_NORMAL});
  EXPECT_EQ(looks.in_flight, 4u);
}

TEST(LoadPlan, WhatIsNoJsonIsToldByLineAndColumn) {
  EXPECT_THAT(refusal("[{\"do\": \"nop\",\n  \"count\": 3,}]"),
              HasSubstr("line 2, column 14: is no JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("line 1, column 1: is no JSON"));
  EXPECT_THAT(refusal("[{\"count\": 1e999}]"), HasSubstr("number"));
}

TEST(LoadPlan, WhatIsWrongIsToldByEntryAndMember) {
  const struct {
    const char* text;
    const char* words;
  } cases[] = {
      {"{}", "must be a list of 1 to"},
      {"[]", "must be a list of 1 to"},
      {"[3]", "entry 1: must be an object"},
      {R"([{"do": "nop", "count": 1}, {"do": "nop"}])", "entry 2: count: is missing; give count"},
      {R"([{"count": 1, "clas": "normal"}])", "entry 1: clas: is no member of an entry; did you"},
      {R"([{"count": 1, "class": "urgent"}])", "class: 'urgent' must be background, normal"},
      {R"([{"count": 1, "do": "heatmaps"}])", "do: 'heatmaps' must be nop, heatmap or perceive"},
      {R"([{"count": 0}])", "count: 0 must be a whole number from 1"},
      {R"([{"count": -1}])", "count: -1 must be a whole number from 1"},
      {R"([{"count": 1.5}])", "count: 1.5 must be a whole number"},
      {R"([{"count": 1, "rate": 0}])", "rate: 0 must be a number from 0.001"},
      {R"([{"count": 1, "rate": "fast"}])", "rate: \"fast\" must be a number"},
      {R"([{"count": 1, "width": 9000}])", "width: 9000 must be a whole number from 1 to 8192"},
      {R"([{"count": 1, "name": ""}])", "name: must be a text that is not empty"},
      {R"([{"count": 1, "drop_late": 1, "deadline_ms": 3}])", "drop_late: must be true or false"},
      {R"([{"count": 1, "drop_late": true}])", "drop_late: goes with deadline_ms"},
      {R"([{"count": 1, "model": "a.onnx"}])", "model: goes only with \"do\": \"perceive\""},
      {R"([{"count": 1, "do": "perceive"}])", "model: is missing"},
      {R"([{"count": 1, "do": "nop", "width": 3}])", "width: goes only with \"do\": \"heatmap\""},
      {R"([{"count": 1, "do": "perceive", "model": "a", "view": "histogram"}])",
       "view: goes with tensor"},
      {R"([{"count": 1, "clients": 200}, {"count": 1, "clients": 200}])", "have 400 clients"},
  };
  for (const auto& each : cases) EXPECT_THAT(refusal(each.text), HasSubstr(each.words));
}

}  // namespace
}  // namespace geoneuron::cli::load
