// SPDX-License-Identifier: MIT
// What the optimiser's passes share: the graph that they change, what they may not touch, and where
// they record what they did. One thread at a time per object.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/graph.hpp"

namespace geoneuron::perception {

class PassContext {
 public:
  PassContext(const Graph& graph, const OptimizerOptions& options, const Evaluate& evaluate);

  Graph graph;
  const OptimizerOptions& options;
  const Evaluate& evaluate;
  std::vector<OptimizationMetadata> metadata;

  // Whether somebody wants to see the value.
  bool is_protected(ValueId id) const { return protected_.contains(id); }
  const std::set<ValueId>& protected_values() const { return protected_; }
  // Type and shape as far as they can be foretold; type kUndefined otherwise.
  const TensorInfo& info(ValueId id) const { return infos_[index(id)]; }
  uint64_t size_bytes(ValueId id) const { return info(id).size_bytes(); }
  // The constant's tensor; null for values that are none, and for kNoValue.
  const Tensor* constant(ValueId id) const;
  ValueId add_constant(std::string name, Tensor tensor);
  // Makes `id` a constant; its producer must then be removed.
  void set_constant(ValueId id, Tensor tensor);
  // Operations that the node is predicted to take.
  uint64_t operations(const Node& node) const;

  void record(std::string pass, std::string node, std::string description, int64_t operations,
              int64_t bytes);
  // Drops the nodes for which `removed` is set.
  void remove_nodes(const std::vector<bool>& removed);
  // Foretells types and shapes again, after nodes were added or rewired.
  void infer_all();

 private:
  std::set<ValueId> protected_;
  std::vector<TensorInfo> infos_;
  std::vector<Tensor> known_;
};

// The node's operand at `position`, or kNoValue.
ValueId operand(const Node& node, size_t position);

// Each changes context.graph and records what it did. They are described in their own files.
Result<void> fold_constants(PassContext& context);
Result<void> remove_identities(PassContext& context);
Result<void> remove_dead_nodes(PassContext& context);
Result<void> fold_batch_norms(PassContext& context);
Result<void> fuse_activations(PassContext& context);

}  // namespace geoneuron::perception
