// SPDX-License-Identifier: MIT
#include "perception/passes/pass.hpp"

#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {

PassContext::PassContext(const Graph& original, const OptimizerOptions& optimizer_options,
                         const Evaluate& evaluator)
    : graph(original),
      options(optimizer_options),
      evaluate(evaluator),
      protected_(optimizer_options.keep) {
  if (protected_.empty()) protected_.insert(graph.outputs.begin(), graph.outputs.end());
  infer_all();
}

const Tensor* PassContext::constant(ValueId id) const {
  if (id == kNoValue || !graph.at(id).constant) return nullptr;
  return &*graph.at(id).constant;
}

ValueId PassContext::add_constant(std::string name, Tensor tensor) {
  const ValueId id = graph.add_value({std::move(name), {}, std::nullopt});
  infos_.emplace_back();
  known_.emplace_back();
  set_constant(id, std::move(tensor));
  return id;
}

void PassContext::set_constant(ValueId id, Tensor tensor) {
  infos_[index(id)] = tensor.info();
  known_[index(id)] = tensor;
  graph.at(id).constant = std::move(tensor);
}

uint64_t PassContext::operations(const Node& node) const {
  std::vector<Operand> operands;
  for (const ValueId id : node.inputs) {
    Operand operand;
    if (id != kNoValue) operand.info = info(id);
    if (id != kNoValue && known_[index(id)].is_defined()) operand.value = &known_[index(id)];
    if (id != kNoValue && operand.info.type == DataType::kUndefined) return 0;
    operands.push_back(operand);
  }
  std::vector<TensorInfo> results;
  for (const ValueId id : node.outputs) results.push_back(id == kNoValue ? TensorInfo{} : info(id));
  if (results.empty() || results[0].type == DataType::kUndefined) return 0;
  return operation_count(node, operands, results);
}

void PassContext::record(std::string pass, std::string node, std::string description,
                         int64_t saved_operations, int64_t saved_bytes) {
  metadata.push_back(
      {std::move(pass), std::move(node), std::move(description), saved_operations, saved_bytes});
}

void PassContext::remove_nodes(const std::vector<bool>& removed) {
  std::vector<Node> remaining;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (!removed[i]) remaining.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(remaining);
}

void PassContext::infer_all() {
  ShapePropagation propagation(graph, evaluate);
  for (const auto& [id, info] : options.inputs) propagation.set_info(id, info);
  // A node that cannot be foretold leaves its results unknown, and what follows from them.
  for (const Node& node : graph.nodes) (void)propagation.visit(node).has_value();
  infos_.clear();
  known_.clear();
  for (size_t i = 0; i < graph.values.size(); ++i) {
    infos_.push_back(propagation.info(ValueId{static_cast<uint32_t>(i)}));
    known_.push_back(propagation.known(ValueId{static_cast<uint32_t>(i)}));
  }
}

ValueId operand(const Node& node, size_t position) {
  return position < node.inputs.size() ? node.inputs[position] : kNoValue;
}

}  // namespace geoneuron::perception
