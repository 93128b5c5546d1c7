// SPDX-License-Identifier: MIT
#include "views/neuron_taps.hpp"

#include <algorithm>

namespace geoneuron::views {
namespace {

using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;

constexpr int64_t kMaximumElements = int64_t{1} << 32;

bool is_matrix(const Node& node) {
  return node.op == Operator::kGemm || node.op == Operator::kMatMul;
}

Result<std::variant<ConvolutionTaps, MatrixTaps>> make_taps(const Node& node, const Shape& source,
                                                            const Shape& weights,
                                                            bool weights_first) {
  std::variant<ConvolutionTaps, MatrixTaps> taps;
  if (is_matrix(node))
    taps = GN_TRY(MatrixTaps::create(node, source, weights, weights_first));
  else
    taps = GN_TRY(ConvolutionTaps::create(node, source, weights));
  return taps;
}

// Gemm's weights with alpha; others as they are.
Result<Tensor> scaled_weights(const Node& node, const Tensor& weights) {
  const Tensor converted = GN_TRY(weights.to_float32());
  const float alpha = node.op == Operator::kGemm ? node.attributes.number("alpha", 1) : 1;
  if (alpha == 1) return converted;
  Tensor scaled = GN_TRY(Tensor::allocate(converted.info()));
  std::ranges::transform(converted.values<float>(), scaled.mutable_values<float>().begin(),
                         [alpha](float weight) { return alpha * weight; });
  return scaled;
}

}  // namespace

Result<WeightedTaps> WeightedTaps::create(const Node& node, const Shape& source,
                                          const Tensor& weights, bool weights_first) {
  auto taps =
      GN_TRY(with_context(make_taps(node, source, weights.shape(), weights_first), node.name));
  WeightedTaps result(std::move(taps),
                      GN_TRY(with_context(scaled_weights(node, weights), node.name)));
  if (source.element_count() >= kMaximumElements ||
      result.target_shape().element_count() >= kMaximumElements)
    return make_error(ENOTSUP, "%s: source %s: fewer than 2^32 elements can be drawn",
                      node.name.c_str(), source.to_string().c_str());
  return result;
}

Shape WeightedTaps::target_shape() const {
  return std::visit([](const auto& taps) -> Shape { return taps.target_shape(); }, taps_);
}

std::optional<size_t> WeightedTaps::source_axis() const {
  const auto* matrix = std::get_if<MatrixTaps>(&taps_);
  return matrix ? matrix->source_axis() : 1;
}

std::optional<size_t> WeightedTaps::target_axis() const {
  const auto* matrix = std::get_if<MatrixTaps>(&taps_);
  return matrix ? matrix->target_axis() : 1;
}

uint64_t WeightedTaps::unit_edge_count() const {
  return std::visit([](const auto& taps) { return taps.unit_edge_count(); }, taps_);
}

uint64_t WeightedTaps::channel_edge_count() const {
  return std::visit([](const auto& taps) { return taps.channel_edge_count(); }, taps_);
}

void WeightedTaps::for_each_unit_edge(const UnitEdgeSink& sink) const {
  std::visit([&](const auto& taps) { taps.for_each_unit_edge(weights_.values<float>(), sink); },
             taps_);
}

std::vector<ChannelEdge> WeightedTaps::channel_edges(std::span<const float> activations) const {
  return std::visit(
      [&](const auto& taps) { return taps.channel_edges(weights_.values<float>(), activations); },
      taps_);
}

}  // namespace geoneuron::views
