// SPDX-License-Identifier: MIT
#include "perception/shape_propagation.hpp"

#include <algorithm>

namespace geoneuron::perception {

std::vector<ValueId> results_of(const Node& node) {
  std::vector<ValueId> results;
  for (const ValueId id : node.outputs)
    if (id != kNoValue) results.push_back(id);
  if (node.fused && node.fused->before != kNoValue) results.push_back(node.fused->before);
  return results;
}

std::vector<bool> shape_values(const Graph& graph) {
  std::vector<bool> result(graph.values.size(), false);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    for (const size_t position : value_operands(node))
      if (position < node.inputs.size() && node.inputs[position] != kNoValue)
        result[index(node.inputs[position])] = true;
    const auto results = results_of(node);
    const bool feeds =
        std::any_of(results.begin(), results.end(), [&](ValueId id) { return result[index(id)]; });
    if (!feeds || reads_only_shape(node)) continue;
    for (const ValueId id : node.inputs)
      if (id != kNoValue) result[index(id)] = true;
  }
  return result;
}

ShapePropagation::ShapePropagation(const Graph& graph, const Evaluate& evaluate)
    : graph_(graph),
      evaluate_(evaluate),
      shape_values_(shape_values(graph)),
      infos_(graph.values.size()),
      known_(graph.values.size()) {
  for (size_t i = 0; i < graph.values.size(); ++i)
    if (graph.values[i].constant)
      set_known(ValueId{static_cast<uint32_t>(i)}, *graph.values[i].constant);
}

void ShapePropagation::set_known(ValueId id, Tensor tensor) {
  infos_[index(id)] = tensor.info();
  known_[index(id)] = std::move(tensor);
}

std::vector<Operand> ShapePropagation::operands_of(const Node& node) const {
  std::vector<Operand> operands;
  for (const ValueId id : node.inputs) {
    Operand operand;
    if (id != kNoValue) {
      operand.info = info(id);
      if (known(id).is_defined()) operand.value = &known(id);
    }
    operands.push_back(operand);
  }
  return operands;
}

Result<void> ShapePropagation::visit(const Node& node) {
  for (const ValueId id : node.inputs)
    if (id != kNoValue && info(id).type == DataType::kUndefined)
      return invalid("%s: operand %s: its type and shape are not known", node.name.c_str(),
                     graph_.at(id).name.c_str());
  const std::vector<TensorInfo> results = GN_TRY(infer(node, operands_of(node)));
  for (size_t i = 0; i < node.outputs.size() && i < results.size(); ++i)
    if (node.outputs[i] != kNoValue) set_info(node.outputs[i], results[i]);
  if (node.fused && node.fused->before != kNoValue) set_info(node.fused->before, results.at(0));
  if (evaluate_ && is_worth_evaluating(node)) return evaluate_now(node);
  return {};
}

bool ShapePropagation::is_worth_evaluating(const Node& node) const {
  const auto results = results_of(node);
  const auto is_large = [&](ValueId id) { return info(id).element_count() > kMaximumElements; };
  if (node.fused || results.empty() || std::any_of(results.begin(), results.end(), is_large))
    return false;
  if (reads_only_shape(node)) return true;
  bool all_integers = true;
  for (const ValueId id : node.inputs) {
    if (id == kNoValue) continue;
    if (!known(id).is_defined() || is_large(id)) return false;
    all_integers = all_integers && !is_floating(info(id).type);
  }
  return all_integers || std::any_of(results.begin(), results.end(),
                                     [&](ValueId id) { return shape_values_[index(id)]; });
}

Result<void> ShapePropagation::evaluate_now(const Node& node) {
  std::vector<Tensor> inputs;
  for (const ValueId id : node.inputs) {
    if (id == kNoValue)
      inputs.emplace_back();
    else if (known(id).is_defined())
      inputs.push_back(known(id));
    else
      inputs.push_back(Tensor::view(info(id), nullptr, nullptr));  // only its shape is read
  }
  std::vector<Tensor> outputs = GN_TRY(evaluate_(node, inputs));
  for (size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i)
    if (node.outputs[i] != kNoValue) set_known(node.outputs[i], std::move(outputs[i]));
  return {};
}

}  // namespace geoneuron::perception
