// SPDX-License-Identifier: MIT
// OptimizationMetadata: what one pass did to one place of a graph, and what it was predicted to
// gain. What it gains when run is measured for whole passes: cli/pass_measurement. A plain
// value.
#pragma once

#include <cstdint>
#include <string>

namespace geoneuron::perception {

struct OptimizationMetadata {
  std::string pass;         // "batch-norm folding"
  std::string node;         // the node that was changed
  std::string description;  // "bn1 folded into conv1"
  // Estimates from operation and byte counts, per run; negative = saved.
  int64_t predicted_operations = 0;
  int64_t predicted_bytes = 0;
};

}  // namespace geoneuron::perception
