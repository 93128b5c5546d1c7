// SPDX-License-Identifier: MIT
// ModelStore: optimised graphs per (model, keep set, number of passes), most recently used
// first. One thread at a time.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/result.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/model.hpp"

namespace geoneuron::engine {

struct OptimizedModel {
  std::shared_ptr<const perception::Model> model;
  std::set<perception::ValueId> keep;
  size_t pass_count = 0;
  std::shared_ptr<const perception::Graph> graph;
  std::vector<perception::OptimizationMetadata> metadata;
};

class ModelStore {
 public:
  static constexpr size_t kMaximumGraphs = 16;

  // The optimised graph for `options.keep`, from before or made now. Errors: optimize's.
  Result<std::shared_ptr<const OptimizedModel>> find_or_optimize(
      const std::shared_ptr<const perception::Model>& model,
      const perception::OptimizerOptions& options, const perception::Evaluate& evaluate);

 private:
  std::list<std::shared_ptr<const OptimizedModel>> entries_;
};

}  // namespace geoneuron::engine
