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
  // Median time of a run without the pass less that with it; negative = it costs. Absent for a pass
  // that changed nothing: its graph is the one before.
  std::optional<int64_t> saved_ns;
};

struct PassMeasurement {
  std::vector<PassGain> passes;  // in the order in which they run
  uint64_t plain_ns = 0;         // median time of a run without any pass
  uint64_t optimized_ns = 0;     // with all
};

using MakeUnit = std::function<Result<std::unique_ptr<ParallelProcessingUnit>>()>;

// Runs the request `repetitions` times (at least 1) after a first run that is not counted, with the
// first 0, 1, 2, ... passes enabled: what a pass saves is the difference that it makes after those
// before it. The kept tensors are thrown away; keep the outputs only, as others hinder the passes.
// `evaluate` is as in NeuralPerceptionKernel::create; `clock` tells the time in nanoseconds.
// Errors: make_unit's and process_data's.
Result<PassMeasurement> measure_passes(const MakeUnit& make_unit, const PerceptionRequest& request,
                                       const KernelOptions& options, size_t repetitions,
                                       perception::Evaluate evaluate = {},
                                       const std::function<uint64_t()>& clock = now_ns);

}  // namespace geoneuron::engine
