// SPDX-License-Identifier: MIT
// OptimizationMetadata: what one pass did to one place of a graph, what it was predicted to gain,
// and what it gained when measured. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace geoneuron::perception {

struct OptimizationMetadata {
  std::string pass;         // "batch-norm folding"
  std::string node;         // the node that was changed
  std::string description;  // "bn1 folded into conv1"
  // Estimates from operation and byte counts, per run; negative = saved.
  int64_t predicted_operations = 0;
  int64_t predicted_bytes = 0;
  // Nanoseconds saved per run, where `--measure` ran both graphs.
  std::optional<int64_t> measured_saved_ns;
};

}  // namespace geoneuron::perception
