// SPDX-License-Identifier: MIT
// Batch-norm folding: y = scale[c] * x + shift[c] with constant scale and shift, as
// BatchNormalization is in inference and as Mul, Div, Add and Sub by per-channel constants are,
// vanishes into the weights and bias of the Conv, ConvTranspose or Gemm before it.

#include "perception/passes/affine.hpp"
#include "perception/passes/pass.hpp"

namespace geoneuron::perception {
namespace {

// Axis of the weights along which they belong to output channels, and how.
struct WeightLayout {
  size_t outer = 0;  // extents before the channel axis, multiplied
  size_t channels = 0;
  size_t inner = 0;
  size_t groups = 1;  // ConvTranspose: channels per group on axis 1, groups along axis 0

  size_t output_channels() const { return channels * groups; }
};

std::optional<WeightLayout> layout_of(const Node& node, const Shape& shape) {
  if (shape.rank() < 2) return std::nullopt;
  const auto span = [&](size_t first, size_t last) {
    return static_cast<size_t>(shape.count(first, last));
  };
  switch (node.op) {
    case Operator::kConv:
      return WeightLayout{1, span(0, 1), span(1, shape.rank()), 1};
    case Operator::kConvTranspose: {
      const auto groups = static_cast<size_t>(node.attributes.integer("group", 1));
      if (groups == 0 || span(0, 1) % groups != 0) return std::nullopt;
      return WeightLayout{span(0, 1), span(1, 2), span(2, shape.rank()), groups};
    }
    case Operator::kGemm:
      if (shape.rank() != 2) return std::nullopt;
      if (node.attributes.integer("transB", 0) != 0)
        return WeightLayout{1, span(0, 1), span(1, 2), 1};
      return WeightLayout{span(0, 1), span(1, 2), 1, 1};
    default:
      return std::nullopt;
  }
}

Tensor scaled(const Tensor& weights, const WeightLayout& layout, const Affine& affine) {
  Tensor result = Tensor::from<float>(weights.shape(), weights.values<float>());
  const auto values = result.mutable_values<float>();
  for (size_t o = 0, i = 0; o < layout.outer; ++o) {
    const size_t group = o / (layout.outer / layout.groups);
    for (size_t c = 0; c < layout.channels; ++c)
      for (size_t k = 0; k < layout.inner; ++k, ++i)
        values[i] = static_cast<float>(values[i] * affine.scale[group * layout.channels + c]);
  }
  return result;
}

// The bias as one number per channel: absent, [C], or for Gemm anything that broadcasts along rows.
std::optional<std::vector<double>> bias_of(const PassContext& context, const Node& node,
                                           size_t channels) {
  const ValueId id = operand(node, 2);
  if (id == kNoValue) return std::vector<double>(channels, 0.0);
  const Tensor* bias = context.constant(id);
  if (bias == nullptr || bias->type() != DataType::kFloat32) return std::nullopt;
  const size_t rank = node.op == Operator::kGemm ? 2 : 1;
  auto values = per_channel(*bias, rank, rank - 1, channels);
  if (!values || node.op != Operator::kGemm) return values;
  for (double& value : *values) value *= static_cast<double>(node.attributes.number("beta", 1.0f));
  return values;
}

Tensor shifted(const std::vector<double>& bias, const Affine& affine) {
  std::vector<float> values(bias.size());
  for (size_t c = 0; c < bias.size(); ++c)
    values[c] = static_cast<float>(bias[c] * affine.scale[c] + affine.shift[c]);
  return Tensor::from<float>({static_cast<int64_t>(values.size())}, values);
}

// Rewrites `weighted` so that it makes what `node` made of its result.
bool fold(PassContext& context, Node& weighted, const Node& node) {
  const Tensor* weights = context.constant(operand(weighted, 1));
  if (weights == nullptr || weights->type() != DataType::kFloat32 || weighted.fused) return false;
  const auto layout = layout_of(weighted, weights->shape());
  if (!layout || layout->outer == 0) return false;
  const size_t channels = layout->output_channels();
  const auto affine =
      affine_of(context, node, weighted.outputs[0], weights->shape().rank(), channels);
  const auto bias = bias_of(context, weighted, channels);
  if (!affine || !bias || !is_finite(*affine)) return false;
  const std::string base = weighted.name + " with " + node.name + ": ";
  const ValueId new_weights =
      context.add_constant(base + "weights", scaled(*weights, *layout, *affine));
  const ValueId new_bias = context.add_constant(base + "bias", shifted(*bias, *affine));
  weighted.inputs.resize(3, kNoValue);
  weighted.inputs[1] = new_weights;
  weighted.inputs[2] = new_bias;
  if (weighted.op == Operator::kGemm) weighted.attributes.set("beta", 1.0f);
  weighted.outputs[0] = node.outputs[0];
  return true;
}

void record_fold(PassContext& context, const Node& weighted, const Node& node) {
  const TensorInfo& info = context.info(node.outputs[0]);
  context.record(
      "batch-norm folding", weighted.name,
      node.name + " (" + std::string(name_of(node.op)) + ") folded into " + weighted.name,
      -static_cast<int64_t>(context.operations(node)),
      -2 * static_cast<int64_t>(info.size_bytes()));
}

}  // namespace

Result<void> fold_batch_norms(PassContext& context) {
  Graph& graph = context.graph;
  auto producers = graph.producers();
  const auto uses = graph.use_counts();
  std::vector<bool> removed(graph.nodes.size(), false);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId source : graph.nodes[i].inputs) {
      if (source == kNoValue || !producers[index(source)] || context.is_protected(source) ||
          uses[index(source)] != 1)
        continue;
      const NodeId weighted = *producers[index(source)];
      if (graph.at(weighted).outputs.at(0) != source) continue;
      if (!fold(context, graph.at(weighted), graph.nodes[i])) continue;
      removed[i] = true;
      producers[index(graph.nodes[i].outputs[0])] = weighted;
      record_fold(context, graph.at(weighted), graph.nodes[i]);
      break;
    }
  }
  context.remove_nodes(removed);
  return {};
}

}  // namespace geoneuron::perception
