// SPDX-License-Identifier: MIT
// PassReport: what the optimiser's passes did to a network, predicted and gained. A plain value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/device_list.hpp"
#include "cli/perception_report.hpp"
#include "perception/optimization_metadata.hpp"

namespace geoneuron::cli {

// One pass over the whole network.
struct PassSummary {
  std::string pass;
  size_t changes = 0;
  int64_t predicted_operations = 0;  // per run; negative = saved
  int64_t predicted_bytes = 0;
  std::optional<int64_t> measured_saved_ns;  // against the passes before it alone
};

struct PassReport {
  std::vector<perception::OptimizationMetadata> changes;
  std::vector<PassSummary> passes;  // in the order in which they run
  // Per run, without and with all passes, where it was measured.
  std::optional<uint64_t> unoptimized_ns, optimized_ns;
  std::optional<Device> device;  // where it was measured
  std::string device_reason;     // and why there, for people
  std::vector<NodeRun> nodes;    // with all passes, as they were run; where it was measured
};

nlohmann::ordered_json to_json(const perception::OptimizationMetadata& change);
nlohmann::ordered_json to_json(const PassReport& report);
std::string to_text(const PassReport& report);

// Sums `changes` by pass, for every name in `pass_names`.
std::vector<PassSummary> summarised(const std::vector<perception::OptimizationMetadata>& changes,
                                    const std::vector<std::string>& pass_names);

}  // namespace geoneuron::cli
