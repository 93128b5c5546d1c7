// SPDX-License-Identifier: MIT
// Identity removal: nodes whose result equals their first operand, bit for bit, vanish, and their
// readers read the operand.
#include <algorithm>
#include <map>

#include "perception/passes/pass.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

bool is_identity_permutation(const Node& node) {
  const auto permutation = node.attributes.integers("perm");
  for (size_t i = 0; i < permutation.size(); ++i)
    if (permutation[i] != static_cast<int64_t>(i)) return false;
  return !permutation.empty();
}

bool pads_nothing(const PassContext& context, const Node& node) {
  const Tensor* pads = context.constant(operand(node, 1));
  if (pads == nullptr) return false;
  const auto values = pads->to_int64s();
  return values.has_value() &&
         std::all_of(values->begin(), values->end(), [](int64_t pad) { return pad == 0; });
}

bool changes_nothing(const PassContext& context, const Node& node) {
  const ValueId source = operand(node, 0);
  if (source == kNoValue || node.outputs.empty() || results_of(node).size() != 1) return false;
  switch (node.op) {
    case Operator::kIdentity:
      return true;
    case Operator::kDropout:
      // With training_mode it may be random, which must be refused when it is known.
      return operand(node, 2) == kNoValue;
    case Operator::kConcat:
      return node.inputs.size() == 1;
    case Operator::kTranspose:
      return is_identity_permutation(node);
    case Operator::kPad:
      return pads_nothing(context, node);
    case Operator::kClip:
      return operand(node, 1) == kNoValue && operand(node, 2) == kNoValue;
    case Operator::kCast:
      return context.info(source).type != DataType::kUndefined &&
             node.attributes.integer("to", 0) == static_cast<int64_t>(context.info(source).type);
    default:
      return false;
  }
}

// Which value stands for which other one from now on.
class Substitution {
 public:
  ValueId resolve(ValueId id) const {
    for (auto found = map_.find(id); found != map_.end(); found = map_.find(id)) id = found->second;
    return id;
  }
  void replace(ValueId old, ValueId by) { map_[old] = by; }
  void apply(std::vector<ValueId>& ids) const {
    for (ValueId& id : ids) id = resolve(id);
  }

 private:
  std::map<ValueId, ValueId> map_;
};

// Lets the producer of `source` make `result` directly, where that is possible.
bool rename_product(PassContext& context, const std::vector<std::optional<NodeId>>& producers,
                    ValueId source, ValueId result) {
  if (context.is_protected(source) || !producers[index(source)]) return false;
  for (ValueId& id : context.graph.at(*producers[index(source)]).outputs)
    if (id == source) id = result;
  return true;
}

}  // namespace

Result<void> remove_identities(PassContext& context) {
  Graph& graph = context.graph;
  auto producers = graph.producers();
  std::vector<bool> removed(graph.nodes.size(), false);
  Substitution substitution;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!changes_nothing(context, node)) continue;
    const ValueId source = substitution.resolve(node.inputs[0]);
    const ValueId result = results_of(node)[0];
    if (!context.is_protected(result)) {
      substitution.replace(result, source);
    } else if (rename_product(context, producers, source, result)) {
      substitution.replace(source, result);
      producers[index(result)] = producers[index(source)];
    } else {
      continue;  // both are wanted, or the source is an input: the copy must exist
    }
    removed[i] = true;
    context.record("identity removal", node.name,
                   std::string(name_of(node.op)) + " changes nothing", 0,
                   -2 * static_cast<int64_t>(context.size_bytes(result)));
  }
  for (Node& node : graph.nodes) substitution.apply(node.inputs);
  context.remove_nodes(removed);
  return {};
}

}  // namespace geoneuron::perception
