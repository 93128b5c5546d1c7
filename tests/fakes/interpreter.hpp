// SPDX-License-Identifier: MIT
// Runs a graph node by node on host tensors: what any plan of it must agree with.
#pragma once

#include <map>
#include <vector>

#include "perception/algorithmic_optimizer.hpp"
#include "perception/graph.hpp"

namespace geoneuron::perception {

// Every value by id; undefined where the graph does not compute it.
inline Result<std::vector<Tensor>> interpret(const Graph& graph,
                                             const std::map<ValueId, Tensor>& inputs,
                                             const Evaluate& evaluate) {
  std::vector<Tensor> values(graph.values.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (graph.values[i].constant) values[i] = *graph.values[i].constant;
  for (const auto& [id, tensor] : inputs) values[index(id)] = tensor;
  for (const Node& node : graph.nodes) {
    std::vector<Tensor> operands;
    for (const ValueId id : node.inputs)
      operands.push_back(id == kNoValue ? Tensor() : values[index(id)]);
    const std::vector<Tensor> results = GN_TRY(evaluate(node, operands));
    for (size_t i = 0; i < node.outputs.size(); ++i)
      if (node.outputs[i] != kNoValue) values[index(node.outputs[i])] = results.at(i);
    if (!node.fused || node.fused->before == kNoValue) continue;
    Node plain = node;
    plain.fused.reset();
    values[index(node.fused->before)] = GN_TRY(evaluate(plain, operands)).at(0);
  }
  return values;
}

}  // namespace geoneuron::perception
