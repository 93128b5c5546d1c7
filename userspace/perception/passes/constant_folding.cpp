// SPDX-License-Identifier: MIT
// Constant folding: a node whose operands are all constants is computed once, now.
#include <algorithm>

#include "perception/passes/pass.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

bool has_constant_operands(const PassContext& context, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id == kNoValue || context.constant(id) != nullptr; });
}

// Results whose sizes cannot be foretold are not folded: they might be huge.
bool fits(const PassContext& context, const std::vector<ValueId>& results) {
  return std::all_of(results.begin(), results.end(), [&](ValueId id) {
    return context.info(id).type != DataType::kUndefined &&
           context.size_bytes(id) <= context.options.maximum_constant_bytes;
  });
}

Result<bool> fold(PassContext& context, const Node& node) {
  std::vector<Tensor> inputs;
  for (const ValueId id : node.inputs)
    inputs.push_back(id == kNoValue ? Tensor() : *context.constant(id));
  Result<std::vector<Tensor>> outputs = context.evaluate(node, inputs);
  if (!outputs.has_value() && outputs.error().code == ENOMEM) return outputs.error();
  if (!outputs.has_value()) return false;
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (node.outputs[i] != kNoValue) context.set_constant(node.outputs[i], outputs->at(i));
  return true;
}

}  // namespace

Result<void> fold_constants(PassContext& context) {
  if (!context.evaluate) return {};
  std::vector<bool> removed(context.graph.nodes.size(), false);
  for (size_t i = 0; i < context.graph.nodes.size(); ++i) {
    const Node& node = context.graph.nodes[i];
    const auto results = results_of(node);
    if (!has_constant_operands(context, node) || !fits(context, results)) continue;
    const uint64_t operations = context.operations(node);
    if (!GN_TRY(fold(context, node))) continue;
    removed[i] = true;
    int64_t bytes = 0;
    for (const ValueId id : results) bytes += static_cast<int64_t>(context.size_bytes(id));
    context.record("constant folding", node.name,
                   std::string(name_of(node.op)) + " of constants computed ahead",
                   -static_cast<int64_t>(operations), -bytes);
  }
  context.remove_nodes(removed);
  return {};
}

}  // namespace geoneuron::perception
