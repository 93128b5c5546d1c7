// SPDX-License-Identifier: MIT
// Activation fusion: a node applies the activation that follows it while its result is still in
// registers. Where somebody keeps the value before, the fused node writes both.
#include <algorithm>

#include "perception/passes/pass.hpp"

namespace geoneuron::perception {
namespace {

bool takes_activation(Operator op) {
  switch (op) {
    case Operator::kConv:
    case Operator::kConvTranspose:
    case Operator::kGemm:
    case Operator::kMatMul:
    case Operator::kAdd:
    case Operator::kBatchNormalization:
      return true;
    default:
      return false;
  }
}

// Sets `bound` from a constant scalar; false where the operand is none.
bool read_bound(const PassContext& context, ValueId id, float& bound) {
  if (id == kNoValue) return true;
  const Tensor* tensor = context.constant(id);
  if (tensor == nullptr || tensor->element_count() != 1 || tensor->type() != DataType::kFloat32)
    return false;
  bound = tensor->values<float>()[0];
  return true;
}

// The activation that `node` is, if an engine can fuse it.
std::optional<FusedActivation> activation_of(const PassContext& context, const Node& node) {
  FusedActivation activation;
  activation.op = node.op;
  activation.attributes = node.attributes;
  switch (node.op) {
    case Operator::kRelu:
    case Operator::kLeakyRelu:
    case Operator::kSigmoid:
    case Operator::kHardSigmoid:
    case Operator::kTanh:
      return activation;
    case Operator::kClip:
      if (read_bound(context, operand(node, 1), activation.minimum) &&
          read_bound(context, operand(node, 2), activation.maximum))
        return activation;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// By its type where that can be foretold; else by a constant operand, which has the same type.
bool makes_float32(const PassContext& context, const Node& node) {
  const DataType type = context.info(node.outputs[0]).type;
  if (type != DataType::kUndefined) return type == DataType::kFloat32;
  if (node.op == Operator::kBatchNormalization) return false;  // its parameters may differ
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    const Tensor* tensor = context.constant(id);
    return tensor != nullptr && tensor->type() == DataType::kFloat32;
  });
}

bool fuse(PassContext& context, Node& producer, const Node& node, bool is_only_reader) {
  const ValueId before = node.inputs[0];
  if (!takes_activation(producer.op) || producer.fused || producer.outputs.at(0) != before ||
      producer.outputs.size() != 1 || !makes_float32(context, producer))
    return false;
  if (!is_only_reader) return false;
  auto activation = activation_of(context, node);
  if (!activation) return false;
  const bool is_kept = context.is_protected(before);
  if (is_kept) activation->before = before;
  producer.fused = std::move(activation);
  producer.outputs[0] = node.outputs[0];
  const auto bytes = static_cast<int64_t>(context.size_bytes(before));
  context.record("activation fusion", producer.name,
                 node.name + " (" + std::string(name_of(node.op)) + ") fused into " +
                     producer.name + (is_kept ? ", which writes the value before it too" : ""),
                 0, is_kept ? -bytes : -2 * bytes);
  return true;
}

// Operands that read each value; being wanted is not reading.
std::vector<uint32_t> reader_counts(const Graph& graph) {
  std::vector<uint32_t> counts(graph.values.size(), 0);
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.inputs)
      if (id != kNoValue) ++counts[index(id)];
  return counts;
}

}  // namespace

Result<void> fuse_activations(PassContext& context) {
  Graph& graph = context.graph;
  const auto producers = graph.producers();
  const auto readers = reader_counts(graph);
  std::vector<bool> removed(graph.nodes.size(), false);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValueId source = operand(graph.nodes[i], 0);
    if (source == kNoValue || !producers[index(source)]) continue;
    Node& producer = graph.at(*producers[index(source)]);
    removed[i] = fuse(context, producer, graph.nodes[i], readers[index(source)] == 1);
  }
  context.remove_nodes(removed);
  return {};
}

}  // namespace geoneuron::perception
