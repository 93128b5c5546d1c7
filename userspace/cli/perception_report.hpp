// SPDX-License-Identifier: MIT
// PerceptionReport: what the daemon tells of a run: the answer to QUERY passes. A plain value.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/optimization_metadata.hpp"

namespace geoneuron::cli {

// What became of one node of the optimised graph, in its order.
struct NodeRun {
  std::string node;
  std::string op;
  std::string where;      // "cpu" or the device's id
  std::string algorithm;  // the engine's; "ahead": shape arithmetic done while planning
  uint64_t duration_ns = 0;
};

struct PerceptionReport {
  std::string device_name;
  std::string device_driver;
  std::vector<NodeRun> nodes;
  std::vector<perception::OptimizationMetadata> passes;
  bool from_cache = false;
  uint64_t predicted_peak_bytes = 0;
  uint64_t peak_bytes = 0;
  uint64_t duration_ns = 0;
};

// EPROTO where members are missing or of another kind.
Result<PerceptionReport> parse_perception_report(const nlohmann::json& answer);
Result<std::vector<perception::OptimizationMetadata>> parse_passes(const nlohmann::json& passes);

}  // namespace geoneuron::cli
