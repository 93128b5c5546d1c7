// SPDX-License-Identifier: MIT
#include "perception/passes/affine.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::perception {
namespace {

std::optional<std::vector<double>> channel_constant(const PassContext& context, ValueId id,
                                                    size_t rank, size_t channels) {
  const Tensor* tensor = context.constant(id);
  if (tensor == nullptr) return std::nullopt;
  return per_channel(*tensor, rank, rank > 1 ? 1 : 0, channels);
}

std::optional<Affine> affine_of_batch_norm(const PassContext& context, const Node& node,
                                           size_t channels) {
  if (node.attributes.integer("training_mode", 0) != 0 || node.outputs.size() != 1)
    return std::nullopt;
  std::vector<double> parameters[4];  // scale, bias, mean, variance: each [C]
  for (size_t i = 0; i < 4; ++i) {
    const Tensor* tensor = context.constant(operand(node, i + 1));
    auto values = tensor == nullptr ? std::nullopt : per_channel(*tensor, 1, 0, channels);
    if (!values) return std::nullopt;
    parameters[i] = std::move(*values);
  }
  const auto epsilon = static_cast<double>(node.attributes.number("epsilon", 1e-5f));
  Affine affine;
  for (size_t c = 0; c < channels; ++c) {
    affine.scale.push_back(parameters[0][c] / std::sqrt(parameters[3][c] + epsilon));
    affine.shift.push_back(parameters[1][c] - parameters[2][c] * affine.scale[c]);
  }
  return affine;
}

std::optional<Affine> affine_of_arithmetic(Operator op, const std::vector<double>& constant,
                                           bool source_is_first) {
  Affine affine{std::vector<double>(constant.size(), 1.0),
                std::vector<double>(constant.size(), 0.0)};
  for (size_t c = 0; c < constant.size(); ++c) switch (op) {
      case Operator::kMul:
        affine.scale[c] = constant[c];
        break;
      case Operator::kDiv:
        if (!source_is_first) return std::nullopt;
        affine.scale[c] = 1.0 / constant[c];
        break;
      case Operator::kAdd:
        affine.shift[c] = constant[c];
        break;
      case Operator::kSub:
        affine.scale[c] = source_is_first ? 1.0 : -1.0;
        affine.shift[c] = source_is_first ? -constant[c] : constant[c];
        break;
      default:
        return std::nullopt;
    }
  return affine;
}

}  // namespace

std::optional<std::vector<double>> per_channel(const Tensor& tensor, size_t rank,
                                               size_t channel_axis, size_t channels) {
  const size_t own_rank = tensor.shape().rank();
  if (tensor.type() != DataType::kFloat32 || own_rank > rank) return std::nullopt;
  for (size_t axis = 0; axis < own_rank; ++axis) {
    const auto extent = static_cast<size_t>(tensor.shape()[axis]);
    const bool is_channel = axis + (rank - own_rank) == channel_axis;
    if (extent != 1 && !(is_channel && extent == channels)) return std::nullopt;
  }
  const auto values = tensor.values<float>();
  std::vector<double> result(channels);
  for (size_t c = 0; c < channels; ++c)
    result[c] = static_cast<double>(values[values.size() == 1 ? 0 : c]);
  return result;
}

std::optional<Affine> affine_of(const PassContext& context, const Node& node, ValueId source,
                                size_t rank, size_t channels) {
  if (node.op == Operator::kBatchNormalization)
    return operand(node, 0) == source ? affine_of_batch_norm(context, node, channels)
                                      : std::nullopt;
  if (node.inputs.size() != 2 || node.outputs.size() != 1 || node.fused) return std::nullopt;
  const bool source_is_first = node.inputs[0] == source;
  const ValueId other = node.inputs[source_is_first ? 1 : 0];
  const auto constant = channel_constant(context, other, rank, channels);
  if (!constant) return std::nullopt;
  return affine_of_arithmetic(node.op, *constant, source_is_first);
}

bool is_finite(const Affine& affine) {
  const auto finite = [](double value) { return std::isfinite(value); };
  return std::all_of(affine.scale.begin(), affine.scale.end(), finite) &&
         std::all_of(affine.shift.begin(), affine.shift.end(), finite);
}

}  // namespace geoneuron::perception
