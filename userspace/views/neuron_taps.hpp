// SPDX-License-Identifier: MIT
// WeightedTaps: the edges of one weighted node on concrete shapes: which element of its source
// reaches which element of its target through which weight. A plain value; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "perception/tensor.hpp"
#include "views/neuron_convolution.hpp"
#include "views/neuron_matrix.hpp"

namespace geoneuron::views {

class WeightedTaps {
 public:
  // `node` is a Conv, ConvTranspose, Gemm or MatMul; `weights` its constant operand as the model
  // has it, the first one iff `weights_first`. Gemm's alpha multiplies the weights. EINVAL where
  // shapes or attributes do not fit together, ENOTSUP for more than three spatial axes or where
  // source or target have 2^32 elements or more, ENOMEM; prefixed by the node's name.
  static Result<WeightedTaps> create(const perception::Node& node, const perception::Shape& source,
                                     const perception::Tensor& weights, bool weights_first);

  perception::Shape target_shape() const;
  // The axis of source and target along which channels or features lie; none where the operator has
  // a single feature that the shape leaves out (MatMul with a vector).
  std::optional<size_t> source_axis() const;
  std::optional<size_t> target_axis() const;

  // One per element of the result and tap inside the source: padding gives none.
  uint64_t unit_edge_count() const;
  // One per pair of channels of a group, or of features.
  uint64_t channel_edge_count() const;

  // Every unit edge, in a fixed order.
  void for_each_unit_edge(const UnitEdgeSink& sink) const;
  // Every channel edge, in a fixed order. `activations` are the source's elements, or empty. A part
  // of the flow is the sum over taps of w * (sum of the positive, or of the negative, inputs that
  // the tap meets); sums are double, in element order.
  std::vector<ChannelEdge> channel_edges(std::span<const float> activations) const;

 private:
  using Taps = std::variant<ConvolutionTaps, MatrixTaps>;
  WeightedTaps(Taps taps, perception::Tensor weights)
      : taps_(std::move(taps)), weights_(std::move(weights)) {}

  Taps taps_;
  perception::Tensor weights_;  // float32, alpha applied
};

}  // namespace geoneuron::views
