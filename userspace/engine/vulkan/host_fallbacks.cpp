// SPDX-License-Identifier: MIT
#include "engine/vulkan/host_fallbacks.hpp"

#include <algorithm>
#include <vector>

#include "engine/vulkan/operators/cast.hpp"
#include "engine/vulkan/operators/convolution_passes.hpp"
#include "engine/vulkan/operators/strided_loop.hpp"
#include "engine/vulkan/trial.hpp"
#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {
namespace {

using perception::DataType;
using perception::Node;
using perception::Operator;
using perception::TensorInfo;
using Infos = std::span<const TensorInfo>;

// Every operator that only moves elements, so that any whole words will do.
bool moves_only(Operator op) {
  switch (op) {
    case Operator::kConcat:
    case Operator::kFlatten:
    case Operator::kGather:
    case Operator::kIdentity:
    case Operator::kPad:
    case Operator::kReshape:
    case Operator::kSlice:
    case Operator::kSplit:
    case Operator::kSqueeze:
    case Operator::kTranspose:
    case Operator::kUnsqueeze:
      return true;
    default:
      return false;
  }
}

template <typename Test>
bool any_present(Infos infos, Test test) {
  return std::any_of(infos.begin(), infos.end(), [&](const TensorInfo& info) {
    return info.type != DataType::kUndefined && test(info);
  });
}

bool is_convolution(Operator op) {
  return op == Operator::kConv || op == Operator::kConvTranspose;
}

bool is_pool(Operator op) {
  return op == Operator::kAveragePool || op == Operator::kMaxPool;
}

bool is_shape(const Node& node, Infos, Infos) {
  return node.op == Operator::kShape;
}

bool has_empty_tensor(const Node&, Infos inputs, Infos outputs) {
  const auto empty = [](const TensorInfo& info) { return info.element_count() == 0; };
  return any_present(inputs.first(std::min<size_t>(inputs.size(), 1)), empty) ||
         any_present(outputs, empty);
}

bool has_dropout_mask(const Node& node, Infos, Infos) {
  return node.op == Operator::kDropout;
}

bool casts_otherwise(const Node& node, Infos inputs, Infos outputs) {
  return node.op == Operator::kCast && !casts_on_device(inputs[0].type, outputs[0].type);
}

bool moves_narrow_elements(const Node& node, Infos inputs, Infos) {
  return moves_only(node.op) && perception::size_of(inputs[0].type) < 4;
}

bool computes_other_than_float32(const Node& node, Infos inputs, Infos outputs) {
  if (moves_only(node.op) || node.op == Operator::kCast) return false;
  const auto other = [](const TensorInfo& info) { return info.type != DataType::kFloat32; };
  // Axes, sizes and the like are integers, and known beforehand.
  const bool has_parameters = node.op == Operator::kReduceMean || node.op == Operator::kResize;
  return any_present(has_parameters ? inputs.first(1) : inputs, other) ||
         any_present(outputs.first(1), other);
}

bool has_many_axes(const Node&, Infos inputs, Infos outputs) {
  const auto many = [](const TensorInfo& info) { return info.shape.rank() >= kMaximumLoopRank; };
  return any_present(inputs, many) || any_present(outputs, many);
}

bool has_many_batch_axes(const Node& node, Infos inputs, Infos) {
  return node.op == Operator::kMatMul &&
         any_present(inputs, [](const TensorInfo& info) { return info.shape.rank() > 6; });
}

bool has_many_spatial_axes(const Node& node, Infos inputs, Infos) {
  return (is_convolution(node.op) || is_pool(node.op)) && inputs[0].shape.rank() > 5;
}

bool reports_indices(const Node& node, Infos, Infos outputs) {
  return node.op == Operator::kMaxPool && outputs.size() > 1 &&
         outputs[1].type != DataType::kUndefined;
}

bool trains(const Node& node, Infos, Infos) {
  return node.op == Operator::kBatchNormalization &&
         node.attributes.integer("training_mode", 0) != 0;
}

bool has_huge_kernel(const Node& node, Infos inputs, Infos) {
  if (is_pool(node.op)) {
    int64_t volume = 1;
    for (const int64_t extent : node.attributes.integers("kernel_shape"))
      volume = std::min<int64_t>(volume * (1 + extent), GN_LOOP_LIMIT + 1);
    return volume > GN_LOOP_LIMIT;
  }
  if (!is_convolution(node.op)) return false;
  const perception::Shape& weights = inputs[1].shape;
  std::array<int64_t, 3> kernel{1, 1, 1};
  for (size_t i = 2; i < weights.rank() && i < 5; ++i) kernel[i - 2] = weights[i];
  const int64_t channels =
      node.op == Operator::kConv ? weights[1] : weights[0] / node.attributes.integer("group", 1);
  return convolution_passes(channels, kernel).empty();
}

bool pads_by_wrapping_small(const Node& node, Infos inputs, Infos outputs) {
  if (node.op != Operator::kPad || node.attributes.text("mode", "constant") == "constant")
    return false;
  // Padding much wider than the tensor itself shatters into many pieces.
  for (size_t axis = 0; axis < inputs[0].shape.rank(); ++axis)
    if (outputs[0].shape[axis] > 3 * inputs[0].shape[axis] && outputs[0].shape[axis] > 9)
      return true;
  return false;
}

constexpr HostFallback kFallbacks[] = {
    {"Shape", "always", "shape arithmetic", is_shape},
    {"any", "of a tensor without elements", "nothing to compute", has_empty_tensor},
    {"Dropout", "with a mask", "its mask is of bool", has_dropout_mask},
    {"Cast", "but float32, int32, uint32 among each other and to or from int64",
     "shaders lack the types or 64-bit arithmetic", casts_otherwise},
    {"Concat, Gather, Identity, Pad, Reshape, Slice, Split, Transpose, ...",
     "of elements of one or two bytes", "shaders address whole words", moves_narrow_elements},
    {"any that computes", "on other types than float32", "few networks do; the CPU has all types",
     computes_other_than_float32},
    {"any", "with eight axes or more", "strides are push constants", has_many_axes},
    {"MatMul", "with more than four batch axes", "strides are push constants", has_many_batch_axes},
    {"Conv, ConvTranspose, AveragePool, MaxPool", "with more than three spatial axes",
     "no network in sight has them", has_many_spatial_axes},
    {"MaxPool", "with Indices", "they are int64", reports_indices},
    {"BatchNormalization", "with training_mode", "statistics of the batch", trains},
    {"Conv, ConvTranspose, AveragePool, MaxPool", "with huge kernels",
     "loops of shaders must stay short", has_huge_kernel},
    {"Pad", "reflect, edge, wrap to more than three times the size", "too many pieces",
     pads_by_wrapping_small},
    {"any",
     "over a limit of the device: a tensor, packed weights or scratch larger than shaders see at "
     "once, Pad in more than 1,024 pieces, Resize of more than 16,384 input elements to one",
     "the device cannot, or would cut the sum short without a word", nullptr},
};

}  // namespace

std::span<const HostFallback> host_fallbacks() {
  return kFallbacks;
}

const HostFallback* host_fallback_of(const std::shared_ptr<VulkanDevice>& device, const Node& node,
                                     std::span<const perception::Operand> operands, Infos outputs) {
  std::vector<TensorInfo> inputs;
  for (const perception::Operand& operand : operands) inputs.push_back(operand.info);
  for (const HostFallback& fallback : kFallbacks) {
    const bool applies = fallback.applies != nullptr
                             ? fallback.applies(node, inputs, outputs)
                             : !is_within_limits(device, node, operands, outputs);
    if (applies) return &fallback;
  }
  return nullptr;
}

}  // namespace geoneuron::engine::vulkan
