// SPDX-License-Identifier: MIT
// Measures: what is told of an outcome, by names, and of several of them: means with intervals.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulator/outcome.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

// Of streams of one name (or "all"), by the measure's name. Latencies are those of served requests
// that came from `from_ns` on, and end with the last job's readback.
using Measures = std::map<std::string, std::map<std::string, double>>;

// `oracle` counts what could have ended by its deadline on a device that has nothing else to do,
// and no overhead: one after the other, each that would be late refused.
Measures measure(const Workload& workload, const Outcome& outcome);

// The nearest-rank percentile; 0 of nothing.
double percentile(std::vector<double>& values, double percent);
// Jain, Chiu and Hawe, 1984: 1 where all got the same, 1/n where one got everything.
double jain_index(const std::vector<double>& shares);

struct Interval {
  double mean = 0, half = 0;  // 95 %, by Student's t; 0 for one value
};
Interval interval(const std::vector<double>& values);

}  // namespace geoneuron::simulator
