// SPDX-License-Identifier: MIT
#include "views/neuron_matrix.hpp"

#include <cmath>
#include <set>

namespace geoneuron::views {
namespace {

using perception::Shape;

size_t extent(const Shape& shape, size_t axis) {
  return static_cast<size_t>(shape[axis]);
}

Error mismatch(const Shape& source, const Shape& weights) {
  return invalid("source %s: does not multiply with weights %s", source.to_string().c_str(),
                 weights.to_string().c_str());
}

Shape without_matrix(const Shape& shape) {
  return Shape(std::vector<int64_t>(shape.extents().begin(), shape.extents().end() - 2));
}

// A vector as a matrix: a row where it is multiplied from the left, else a column (numpy.matmul).
Shape promoted(const Shape& shape, bool first) {
  if (shape.rank() != 1) return shape;
  return first ? Shape{1, shape[0]} : Shape{shape[0], 1};
}

// Offset in `shape`'s batch axes, broadcast to `full`, of the flat position `flat`.
size_t broadcast_offset(const Shape& shape, const Shape& full, size_t flat) {
  size_t offset = 0, stride = 1;
  for (size_t i = 0; i < full.rank(); ++i) {
    const size_t axis = full.rank() - 1 - i;
    const size_t position = flat % extent(full, axis);
    flat /= extent(full, axis);
    if (i >= shape.rank()) continue;
    const size_t own = extent(shape, shape.rank() - 1 - i);
    offset += (own == 1 ? 0 : position) * stride;
    stride *= own;
  }
  return offset;
}

}  // namespace

Result<MatrixTaps> MatrixTaps::create(const perception::Node& node, const Shape& source,
                                      const Shape& weights, bool weights_first) {
  if (node.op == perception::Operator::kMatMul) return matmul(source, weights, weights_first);
  if (source.rank() != 2 || weights.rank() != 2) return mismatch(source, weights);
  MatrixTaps taps = gemm(node, source, weights, weights_first);
  const bool transposed = node.attributes.integer(weights_first ? "transA" : "transB", 0) != 0;
  const size_t inner = transposed == weights_first ? 0 : 1;
  if (extent(weights, inner) != taps.inputs_) return mismatch(source, weights);
  return taps;
}

MatrixTaps MatrixTaps::gemm(const perception::Node& node, const Shape& source, const Shape& weights,
                            bool weights_first) {
  const bool transposed_source =
      node.attributes.integer(weights_first ? "transB" : "transA", 0) != 0;
  const bool transposed_weights =
      node.attributes.integer(weights_first ? "transA" : "transB", 0) != 0;
  MatrixTaps taps;
  // Inputs lie along the inner axis of the product: columns of a first operand, rows of a second.
  taps.source_axis_ = transposed_source == weights_first ? 1 : 0;
  const size_t input_axis = *taps.source_axis_;
  const size_t feature_axis = transposed_weights == weights_first ? 1 : 0;
  taps.rows_ = extent(source, 1 - input_axis);
  taps.inputs_ = extent(source, input_axis);
  taps.features_ = extent(weights, feature_axis);
  const auto stride = [](const Shape& shape, size_t axis) {
    return axis == 0 ? extent(shape, 1) : size_t{1};
  };
  taps.source_ = {stride(source, 1 - input_axis), stride(source, input_axis)};
  taps.weights_ = {stride(weights, 1 - feature_axis), stride(weights, feature_axis)};
  taps.target_axis_ = weights_first ? 0 : 1;
  const auto rows = static_cast<int64_t>(taps.rows_),
             features = static_cast<int64_t>(taps.features_);
  taps.target_shape_ = weights_first ? Shape{features, rows} : Shape{rows, features};
  taps.target_ = weights_first ? Strides{1, taps.rows_} : Strides{taps.features_, 1};
  return taps;
}

Result<MatrixTaps> MatrixTaps::matmul(const Shape& source, const Shape& weights,
                                      bool weights_first) {
  if (source.rank() < 1 || weights.rank() < 1) return mismatch(source, weights);
  const Shape left = promoted(weights_first ? weights : source, true);
  const Shape right = promoted(weights_first ? source : weights, false);
  const size_t m = extent(left, left.rank() - 2), k = extent(left, left.rank() - 1);
  const size_t n = extent(right, right.rank() - 1);
  if (extent(right, right.rank() - 2) != k) return mismatch(source, weights);
  MatrixTaps taps;
  taps.inputs_ = k;
  taps.rows_ = weights_first ? n : m;
  taps.features_ = weights_first ? m : n;
  taps.source_ = weights_first ? Strides{1, n} : Strides{k, 1};
  taps.weights_ = weights_first ? Strides{1, k} : Strides{n, 1};
  taps.target_ = weights_first ? Strides{1, n} : Strides{n, 1};
  GN_TRY(taps.set_batches(weights_first ? right : left, weights_first ? left : right));
  const bool left_vector = (weights_first ? weights : source).rank() == 1;
  const bool right_vector = (weights_first ? source : weights).rank() == 1;
  std::vector<int64_t> extents = taps.target_shape_.extents();
  if (!left_vector) extents.push_back(static_cast<int64_t>(m));
  if (!right_vector) extents.push_back(static_cast<int64_t>(n));
  taps.target_shape_ = Shape(extents);
  taps.source_axis_ = source.rank() == 1 ? 0 : source.rank() - (weights_first ? 2 : 1);
  if (weights.rank() > 1)
    taps.target_axis_ = extents.size() - (weights_first && !right_vector ? 2 : 1);
  return taps;
}

// Sets one batch per position of the broadcast leading axes, and target_shape_ to those axes.
Result<void> MatrixTaps::set_batches(const Shape& source, const Shape& weights) {
  const Shape own = without_matrix(source), of_weights = without_matrix(weights);
  target_shape_ = GN_TRY(broadcast(own, of_weights));
  const auto count = static_cast<size_t>(target_shape_.element_count());
  batches_.clear();
  for (size_t i = 0; i < count; ++i)
    batches_.push_back({broadcast_offset(own, target_shape_, i) * rows_ * inputs_,
                        broadcast_offset(of_weights, target_shape_, i) * inputs_ * features_,
                        i * rows_ * features_});
  return {};
}

void MatrixTaps::for_each_unit_edge(std::span<const float> weights,
                                    const UnitEdgeSink& sink) const {
  for (const Batch& batch : batches_)
    for (size_t row = 0; row < rows_; ++row)
      for (size_t feature = 0; feature < features_; ++feature)
        for (size_t input = 0; input < inputs_; ++input) {
          const size_t source = batch.source + row * source_.first + input * source_.second;
          const size_t target = batch.target + row * target_.first + feature * target_.second;
          sink({static_cast<uint32_t>(source), static_cast<uint32_t>(target),
                weights[batch.weights + input * weights_.first + feature * weights_.second]});
        }
}

std::vector<TapSums> MatrixTaps::input_sums(const Batch& batch,
                                            std::span<const float> activations) const {
  std::vector<TapSums> sums(inputs_);
  if (activations.empty()) return sums;
  for (size_t row = 0; row < rows_; ++row)
    for (size_t input = 0; input < inputs_; ++input)
      sums[input].add(activations[batch.source + row * source_.first + input * source_.second]);
  return sums;
}

std::vector<ChannelEdge> MatrixTaps::channel_edges(std::span<const float> weights,
                                                   std::span<const float> activations) const {
  std::vector<ChannelEdge> edges;
  edges.reserve(channel_edge_count());
  for (size_t feature = 0; feature < features_; ++feature)
    for (size_t input = 0; input < inputs_; ++input)
      edges.push_back({static_cast<uint32_t>(input), static_cast<uint32_t>(feature)});
  std::set<size_t> counted;  // a weight that serves several batches counts once
  for (const Batch& batch : batches_) {
    const std::vector<TapSums> sums = input_sums(batch, activations);
    const bool is_new = counted.insert(batch.weights).second;
    for (ChannelEdge& edge : edges) {
      const double weight =
          weights[batch.weights + edge.source * weights_.first + edge.target * weights_.second];
      if (is_new) edge.weight += std::abs(weight);
      add_flow(edge, weight, sums[edge.source]);
    }
  }
  return edges;
}

}  // namespace geoneuron::views
