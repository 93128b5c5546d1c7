// SPDX-License-Identifier: MIT
// Algorithm choice: names the kind of each convolution, which engines may honour.
#include <algorithm>

#include "perception/passes/pass.hpp"

namespace geoneuron::perception {
namespace {

bool all_are(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

// "pointwise": one tap, no padding, one group; a matrix product. "depthwise": a filter per channel.
// "winograd": 3x3, stride and dilation 1, enough channels to pay for the transforms (Lavin and
// Gray, 2016). "direct": the rest.
std::string algorithm_of(const Node& node, const Shape& weights) {
  const Attributes& attributes = node.attributes;
  const int64_t group = attributes.integer("group", 1);
  const bool is_plain = attributes.text("auto_pad", "NOTSET") != "SAME_UPPER" &&
                        attributes.text("auto_pad", "NOTSET") != "SAME_LOWER" &&
                        all_are(attributes.integers("pads"), 0);
  const bool is_single_tap = weights.count(2, weights.rank()) == 1;
  if (group == 1 && is_single_tap && is_plain) return "pointwise";
  if (group > 1 && weights[1] == 1 && weights[0] == group) return "depthwise";
  constexpr int64_t kWorthwhileChannels = 16;
  const bool is_3x3 = weights.rank() == 4 && weights[2] == 3 && weights[3] == 3;
  if (group == 1 && is_3x3 && all_are(attributes.integers("strides"), 1) &&
      all_are(attributes.integers("dilations"), 1) && weights[0] >= kWorthwhileChannels &&
      weights[1] >= kWorthwhileChannels)
    return "winograd";
  return "direct";
}

}  // namespace

Result<void> choose_algorithms(PassContext& context) {
  for (Node& node : context.graph.nodes) {
    if (node.op != Operator::kConv) continue;
    const Tensor* weights = context.constant(operand(node, 1));
    if (weights == nullptr || weights->shape().rank() < 3) continue;
    node.algorithm = algorithm_of(node, weights->shape());
    // F(2x2, 3x3) needs 16 multiplications where 36 were.
    const auto operations = static_cast<int64_t>(context.operations(node));
    context.record("algorithm choice", node.name, "computed as " + node.algorithm,
                   node.algorithm == "winograd" ? -(operations * 5 / 9) : 0, 0);
  }
  return {};
}

}  // namespace geoneuron::perception
