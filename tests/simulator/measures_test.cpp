// SPDX-License-Identifier: MIT
#include "simulator/measures.hpp"

#include <gtest/gtest.h>

namespace geoneuron::simulator {
namespace {

TEST(Measures, TakePercentilesByNearestRank) {
  std::vector<double> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(percentile(values, 50), 3);
  EXPECT_EQ(percentile(values, 99), 5);
  EXPECT_EQ(percentile(values, 1), 1);
  values.clear();
  EXPECT_EQ(percentile(values, 50), 0);
}

TEST(Measures, KnowJainsIndex) {
  EXPECT_DOUBLE_EQ(jain_index({2, 2, 2, 2}), 1);
  EXPECT_DOUBLE_EQ(jain_index({8, 0, 0, 0}), 0.25);
}

TEST(Measures, TellIntervalsByStudentsDistribution) {
  const Interval told = interval({1, 2, 3, 4, 5});
  EXPECT_DOUBLE_EQ(told.mean, 3);
  EXPECT_NEAR(told.half, 2.776 * 1.5811 / 2.2361, 1e-3);
  EXPECT_EQ(interval({7}).half, 0);
}

TEST(Measures, CountMissesAmongTheAdmittedOnly) {
  Workload workload;
  workload.streams.resize(1);
  workload.streams[0].name = "some";
  Outcome outcome;
  const auto add = [&](End end, uint64_t end_ns) {
    Request request;
    request.deadline_ns = 100;
    request.end = end;
    request.end_ns = end_ns;
    outcome.requests.push_back(request);
  };
  add(End::kServed, 100);
  add(End::kServed, 101);
  add(End::kExpired, 105);
  add(End::kRejected, 0);
  auto measures = measure(workload, outcome);
  EXPECT_EQ(measures["some"]["admitted"], 3);
  EXPECT_EQ(measures["some"]["missed"], 2);
  EXPECT_NEAR(measures["some"]["expiry_delay_ms"], 5e-6, 1e-12);
}

}  // namespace
}  // namespace geoneuron::simulator
