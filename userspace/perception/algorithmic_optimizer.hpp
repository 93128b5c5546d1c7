// SPDX-License-Identifier: MIT
// AlgorithmicOptimizer: passes over a graph, each recorded. A tensor that somebody keeps is never
// fused away. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "perception/optimization_metadata.hpp"

namespace geoneuron::perception {

// Computes one node on host tensors: the engine's CPU kernels, injected so that perception depends
// on no engine. `inputs` matches node.inputs, absent operands undefined.
using Evaluate =
    std::function<Result<std::vector<Tensor>>(const Node& node, std::span<const Tensor> inputs)>;

struct OptimizerOptions {
  bool enabled = true;
  // Values that must exist, unchanged, in the optimised graph (their names keep resolving). Empty:
  // the graph's outputs. What none of these depends on is removed, outputs included.
  std::set<ValueId> keep;
  // Types and shapes of typical inputs: predictions are made for these. Types must be right, as
  // some rewrites are made for float32 only; shapes need not be.
  std::map<ValueId, TensorInfo> inputs;
  // Constant folding stops where a folded constant would exceed this.
  uint64_t maximum_constant_bytes = 64u << 20;
  // Only the first so many of pass_names() run: for measuring what each gains.
  size_t pass_count = SIZE_MAX;
};

struct OptimizedGraph {
  Graph graph;  // ValueIds of the original graph stay valid for every kept value and input
  std::vector<OptimizationMetadata> metadata;
};

// The passes, in the order in which they run.
std::span<const std::string_view> pass_names();

class AlgorithmicOptimizer {
 public:
  explicit AlgorithmicOptimizer(Evaluate evaluate) : evaluate_(std::move(evaluate)) {}

  // Runs the passes. With options.enabled false the graph comes back as it is. A node that contains
  // an error is left alone: planning tells. ENOMEM where a folded constant finds no room.
  Result<OptimizedGraph> optimize(const Graph& graph, const OptimizerOptions& options) const;

 private:
  Evaluate evaluate_;
};

}  // namespace geoneuron::perception
