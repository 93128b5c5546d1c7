// SPDX-License-Identifier: MIT
// What each pass of the optimiser gains, measured: `geoneuron inspect --passes --measure`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/perception_report.hpp"

namespace geoneuron::cli {

struct PassGain {
  std::string pass;
  size_t changes = 0;  // places that it changed
  // Sums of the predictions of its places; negative = saved.
  int64_t predicted_operations = 0;
  int64_t predicted_bytes = 0;
  // Time of a run without the pass less that of one with it, taken by turns: the median of these
  // differences; negative = it costs. Absent for a pass that changed nothing: its graph is the one
  // before.
  std::optional<int64_t> saved_ns;
};

struct PassMeasurement {
  std::vector<PassGain> passes;  // in the order in which they run
  uint64_t plain_ns = 0;         // median time of a run without any pass
  uint64_t optimized_ns = 0;     // with all
  std::vector<NodeRun> nodes;    // of the first run with all: which algorithm the engine chose
};

// Runs the network once under the first so many passes.
using RunWithPasses = std::function<Result<PerceptionReport>(size_t pass_count)>;

// Compares runs with the first 0, 1, 2, ... passes enabled: what a pass saves is the difference
// that it makes after those before it. Two neighbours run by turns, `repetitions` times each (at
// least 1) after a first run that is not counted. Errors: run's.
Result<PassMeasurement> measure_passes(const RunWithPasses& run, size_t repetitions);

}  // namespace geoneuron::cli
