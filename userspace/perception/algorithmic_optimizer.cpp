// SPDX-License-Identifier: MIT
#include "perception/algorithmic_optimizer.hpp"

#include <iterator>

#include "perception/passes/pass.hpp"

namespace geoneuron::perception {
namespace {

using PassFunction = Result<void> (*)(PassContext&);

constexpr std::string_view kNames[] = {"constant folding", "identity removal", "dead-node removal",
                                       "batch-norm folding", "activation fusion"};
constexpr PassFunction kFunctions[] = {fold_constants, remove_identities, remove_dead_nodes,
                                       fold_batch_norms, fuse_activations};
static_assert(std::size(kNames) == std::size(kFunctions));

}  // namespace

std::span<const std::string_view> pass_names() {
  return kNames;
}

Result<OptimizedGraph> AlgorithmicOptimizer::optimize(const Graph& graph,
                                                      const OptimizerOptions& options) const {
  if (!options.enabled) return OptimizedGraph{graph, {}};
  PassContext context(graph, options, evaluate_);
  for (size_t i = 0; i < std::size(kFunctions) && i < options.pass_count; ++i)
    GN_TRY(kFunctions[i](context));
  return OptimizedGraph{std::move(context.graph), std::move(context.metadata)};
}

}  // namespace geoneuron::perception
