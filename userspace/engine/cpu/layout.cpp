// SPDX-License-Identifier: MIT
#include "engine/cpu/layout.hpp"

#include <algorithm>
#include <array>

#include "engine/cpu/exchange.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Node;
using perception::Operator;
using perception::Plan;
using perception::PlannedValue;
using perception::Residence;
using perception::ValueId;

// Where axis N, C, H, W of the row-major shape lies with channels last.
constexpr std::array<int64_t, 4> kPosition = {0, 3, 1, 2};

bool is_elementwise(Operator op) {
  using enum Operator;
  static constexpr Operator kOperators[] = {kAbs,         kAdd,       kClip,    kDiv, kElu,  kExp,
                                            kHardSigmoid, kLeakyRelu, kLog,     kMax, kMin,  kMul,
                                            kNeg,         kRelu,      kSigmoid, kSub, kSqrt, kTanh};
  return std::find(std::begin(kOperators), std::end(kOperators), op) != std::end(kOperators);
}

bool is_convolution(Operator op) {
  return op == Operator::kConv || op == Operator::kConvTranspose;
}

// Resize whose sizes or scales name all four axes by constants, and no region.
bool resizes_four_axes(const Plan& plan, const Node& node) {
  if (node.attributes.has("axes")) return false;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == perception::kNoValue) continue;
    const PlannedValue& value = plan.at(node.inputs[i]);
    const int64_t count = value.info.element_count();
    if (value.residence != Residence::kConstant) return false;
    if (count != 0 && (i == 1 || count != 4)) return false;
  }
  return true;
}

bool is_four_axes_of_floats(const PlannedValue& value) {
  return value.info.type == DataType::kFloat32 && value.info.shape.rank() == 4 &&
         value.info.element_count() > 0;
}

bool may_change(const PlannedValue& value) {
  return value.residence == Residence::kArena && is_four_axes_of_floats(value) &&
         !lies_alike(value.info.shape);
}

// Values that a renaming step reads or makes keep their order.
std::vector<bool> renamed_values(const Plan& plan) {
  std::vector<bool> result(plan.values.size(), false);
  for (const perception::Step& step : plan.steps) {
    if (step.placement != perception::Placement::kAlias) continue;
    const Node& node = plan.graph->at(step.node);
    for (const auto* ids : {&node.inputs, &node.outputs})
      for (const ValueId id : *ids)
        if (id != perception::kNoValue) result[index(id)] = true;
  }
  return result;
}

// The results of a node, with the value before its activation.
std::vector<ValueId> results_of(const Node& node) {
  std::vector<ValueId> result;
  for (const ValueId id : node.outputs)
    if (id != perception::kNoValue) result.push_back(id);
  if (node.fused && node.fused->before != perception::kNoValue)
    result.push_back(node.fused->before);
  return result;
}

bool reads_channels_last(const Node& node, const std::vector<Layout>& layouts) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id != perception::kNoValue && layouts[index(id)] == Layout::kChannelsLast;
  });
}

// A list of one number per axis in the order N, H, W, C.
Result<Tensor> exchanged_list(const Tensor& list) {
  if (list.element_count() != 4) return list;
  Tensor result = GN_TRY(Tensor::allocate(list.info()));
  dispatch_size(list.type(), [&]<typename T>() {
    for (size_t axis = 0; axis < 4; ++axis)
      mutable_elements<T>(result)[kPosition[axis]] = elements<T>(list)[axis];
  });
  return result;
}

}  // namespace

std::vector<Layout> choose_layouts(const Plan& plan) {
  const std::vector<bool> renamed = renamed_values(plan);
  std::vector<Layout> layouts(plan.values.size(), Layout::kRowMajor);
  for (const perception::Step& step : plan.steps) {
    const Node& node = plan.graph->at(step.node);
    if (step.placement == perception::Placement::kAlias) continue;
    const bool wants = is_convolution(node.op) ||
                       (reads_channels_last(node, layouts) && runs_channels_last(plan, node));
    const std::vector<ValueId> results = results_of(node);
    const bool can = std::all_of(results.begin(), results.end(), [&](ValueId id) {
      return may_change(plan.at(id)) && !renamed[index(id)];
    });
    if (!wants || !can) continue;
    for (const ValueId id : results) layouts[index(id)] = Layout::kChannelsLast;
  }
  return layouts;
}

bool runs_channels_last(const Plan& plan, const Node& node) {
  if (node.outputs.empty() || node.outputs[0] == perception::kNoValue) return false;
  if (!is_four_axes_of_floats(plan.at(node.outputs[0]))) return false;
  if (is_elementwise(node.op)) return true;
  switch (node.op) {
    case Operator::kBatchNormalization:
      return node.outputs.size() == 1;
    case Operator::kMaxPool:  // without indices
      return node.outputs.size() == 1 || node.outputs[1] == perception::kNoValue;
    case Operator::kAveragePool:
    case Operator::kConcat:
    case Operator::kGlobalAveragePool:
      return true;
    case Operator::kResize:
      return resizes_four_axes(plan, node);
    default:
      return false;
  }
}

Shape channels_last_shape(const Shape& shape) {
  std::vector<int64_t> four(4 - std::min<size_t>(4, shape.rank()), 1);
  four.insert(four.end(), shape.extents().begin(), shape.extents().end());
  return Shape({four[0], four[2], four[3], four[1]});
}

bool lies_alike(const Shape& shape) {
  const Shape last = channels_last_shape(shape);
  return last[3] == 1 || last[1] * last[2] == 1;
}

void change_layout(const Tensor& from, Tensor& to, Layout layout_of_result) {
  const Shape last = channels_last_shape(from.shape());
  const int64_t space = last[1] * last[2];
  const bool towards = layout_of_result == Layout::kChannelsLast;
  exchange(elements<uint32_t>(from), mutable_elements<uint32_t>(to), last[0],
           towards ? last[3] : space, towards ? space : last[3]);
}

Result<Node> rewrite_channels_last(const Node& node, std::vector<Tensor>& inputs) {
  Node result = node;
  if (node.op == Operator::kConcat) {
    const size_t axis =
        GN_TRY(perception::normalized_axis(node.attributes.integer("axis", 0), size_t{4}));
    result.attributes.set("axis", kPosition[axis]);
  } else if (node.op == Operator::kGlobalAveragePool) {
    result.op = Operator::kReduceMean;
    inputs.push_back(Tensor::from_int64s({1, 2}));
    result.inputs.push_back(perception::kNoValue);
  } else if (node.op == Operator::kResize) {
    for (size_t i = 1; i < inputs.size(); ++i)
      if (inputs[i].is_defined()) inputs[i] = GN_TRY(exchanged_list(inputs[i]));
  }
  return result;
}

}  // namespace geoneuron::engine::cpu
