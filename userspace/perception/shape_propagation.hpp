// SPDX-License-Identifier: MIT
// ShapePropagation: walks a graph in order and finds out, before it runs, the type and shape of
// every value and the elements of those that decide shapes. One thread at a time per object.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/graph.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

// Every result of a node: its outputs, and the value before a fused activation. Without kNoValue.
std::vector<ValueId> results_of(const Node& node);

// For each value whether its elements decide the shape of another one: the operands that
// value_operands names, and what these are computed from, up to nodes that read only shapes.
std::vector<bool> shape_values(const Graph& graph);

class ShapePropagation {
 public:
  // Elements of a larger value are not computed ahead: it is data, not a shape.
  static constexpr int64_t kMaximumElements = 1024;

  // `graph` and `evaluate` must outlive it. Without `evaluate` no elements are computed.
  ShapePropagation(const Graph& graph, const Evaluate& evaluate);

  void set_info(ValueId id, TensorInfo info) { infos_[index(id)] = std::move(info); }
  void set_known(ValueId id, Tensor tensor);

  // Infers the results of `node`. EAGAIN where the elements of a value that decides their shape are
  // not known; EINVAL where the node contradicts its operands.
  Result<void> visit(const Node& node);

  // Type kUndefined where nothing is known.
  const TensorInfo& info(ValueId id) const { return infos_[index(id)]; }
  // Undefined where the elements are not known. Constants of the graph always are.
  const Tensor& known(ValueId id) const { return known_[index(id)]; }
  // What infer and operation_count take.
  std::vector<Operand> operands_of(const Node& node) const;

 private:
  bool is_worth_evaluating(const Node& node) const;
  Result<void> evaluate_now(const Node& node);

  const Graph& graph_;
  const Evaluate& evaluate_;
  std::vector<bool> shape_values_;
  std::vector<TensorInfo> infos_;
  std::vector<Tensor> known_;
};

}  // namespace geoneuron::perception
