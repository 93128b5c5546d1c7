// SPDX-License-Identifier: MIT
// AlgorithmicOptimizer: passes over a graph, each recorded. A tensor that somebody keeps is never
// fused away. Thread-safe.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
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
  // Values that must exist, unchanged, in the optimised graph (their names keep resolving).
  std::set<ValueId> keep;
  // Constant folding stops where a folded constant would exceed this.
  uint64_t maximum_constant_bytes = 64u << 20;
};

struct OptimizedGraph {
  Graph graph;  // ValueIds of the original graph stay valid for every kept value, input and output
  std::vector<OptimizationMetadata> metadata;
};

class AlgorithmicOptimizer {
 public:
  explicit AlgorithmicOptimizer(Evaluate evaluate) : evaluate_(std::move(evaluate)) {}

  // Constant folding, identity and dead-node removal, batch-norm folding, activation fusion and
  // algorithm choice, in this order. With options.enabled false the graph comes back as it is.
  Result<OptimizedGraph> optimize(const Graph& graph, const OptimizerOptions& options) const;

 private:
  Evaluate evaluate_;
};

}  // namespace geoneuron::perception
