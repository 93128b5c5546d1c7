// SPDX-License-Identifier: MIT
#include "engine/model_store.hpp"

#include <algorithm>

namespace geoneuron::engine {

Result<std::shared_ptr<const OptimizedModel>> ModelStore::find_or_optimize(
    const std::shared_ptr<const perception::Model>& model,
    const perception::OptimizerOptions& options, const perception::Evaluate& evaluate) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->model == model && entry->keep == options.keep &&
           entry->pass_count == options.pass_count;
  });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  const perception::AlgorithmicOptimizer optimizer(evaluate);
  perception::OptimizedGraph optimized = GN_TRY(optimizer.optimize(model->graph, options));
  OptimizedModel made{model, options.keep, options.pass_count,
                      std::make_shared<const perception::Graph>(std::move(optimized.graph)),
                      std::move(optimized.metadata)};
  entries_.push_front(std::make_shared<const OptimizedModel>(std::move(made)));
  if (entries_.size() > kMaximumGraphs) entries_.pop_back();
  return entries_.front();
}

}  // namespace geoneuron::engine
