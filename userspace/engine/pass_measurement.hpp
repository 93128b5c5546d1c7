// SPDX-License-Identifier: MIT
// What each pass of the optimiser gains, measured: `geoneuron inspect --passes --measure`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/neural_perception_kernel.hpp"

namespace geoneuron::engine {

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

using MakeUnit = std::function<Result<std::unique_ptr<ParallelProcessingUnit>>()>;

// Compares runs of the request with the first 0, 1, 2, ... passes enabled: what a pass saves is the
// difference that it makes after those before it. Two neighbours run by turns, `repetitions` times
// each (at least 1) after a first run that is not counted. The kept tensors are thrown away; keep
// the outputs only, as others hinder the passes. `evaluate` is as in
// NeuralPerceptionKernel::create; `clock` tells the time in nanoseconds. Errors: make_unit's and
// process_data's.
Result<PassMeasurement> measure_passes(const MakeUnit& make_unit, const PerceptionRequest& request,
                                       const KernelOptions& options, size_t repetitions,
                                       perception::Evaluate evaluate = {},
                                       const std::function<uint64_t()>& clock = now_ns);

}  // namespace geoneuron::engine
