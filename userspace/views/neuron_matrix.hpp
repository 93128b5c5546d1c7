// SPDX-License-Identifier: MIT
// MatrixTaps: which element of its source a Gemm or MatMul reads through which weight.
// A plain value; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "perception/shape.hpp"
#include "views/neuron_edge.hpp"

namespace geoneuron::views {

// In each batch, target(row, feature) += source(row, input) * weight(input, feature).
class MatrixTaps {
 public:
  // `weights_first`: the constant is the node's first operand. Weights are taken as they are: alpha
  // is the caller's. EINVAL where the shapes do not fit together.
  static Result<MatrixTaps> create(const perception::Node& node, const perception::Shape& source,
                                   const perception::Shape& weights, bool weights_first);

  const perception::Shape& target_shape() const { return target_shape_; }
  // Where features lie; none where MatMul with a vector leaves the axis out.
  std::optional<size_t> source_axis() const { return source_axis_; }
  std::optional<size_t> target_axis() const { return target_axis_; }
  uint64_t unit_edge_count() const {
    return uint64_t{batches_.size()} * rows_ * inputs_ * features_;
  }
  uint64_t channel_edge_count() const { return uint64_t{inputs_} * features_; }
  void for_each_unit_edge(std::span<const float> weights, const UnitEdgeSink& sink) const;
  std::vector<ChannelEdge> channel_edges(std::span<const float> weights,
                                         std::span<const float> activations) const;

 private:
  // Where each matrix of a batch begins, in elements.
  struct Batch {
    size_t source = 0, weights = 0, target = 0;
  };
  // Distances between neighbours, in elements: (row, input), (input, feature) or (row, feature).
  struct Strides {
    size_t first = 0, second = 0;
  };

  static MatrixTaps gemm(const perception::Node& node, const perception::Shape& source,
                         const perception::Shape& weights, bool weights_first);
  static Result<MatrixTaps> matmul(const perception::Shape& source,
                                   const perception::Shape& weights, bool weights_first);
  Result<void> set_batches(const perception::Shape& source, const perception::Shape& weights);
  std::vector<TapSums> input_sums(const Batch& batch, std::span<const float> activations) const;

  std::vector<Batch> batches_{Batch{}};
  size_t rows_ = 1, inputs_ = 1, features_ = 1;
  Strides source_, weights_, target_;
  perception::Shape target_shape_;
  std::optional<size_t> source_axis_, target_axis_;
};

}  // namespace geoneuron::views
