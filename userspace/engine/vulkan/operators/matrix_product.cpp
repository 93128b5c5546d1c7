// SPDX-License-Identifier: MIT
// MatMul and Gemm.
#include <algorithm>

#include "engine/vulkan/operators/operation.hpp"
#include "engine/vulkan/operators/strided_loop.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/matrix_product.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Shape;

// Terms of a sum per pass; the shader takes four per iteration.
constexpr uint32_t kPassLength = 8192;

constexpr size_t kBatchRank = 4;
using BatchArray = std::array<uint32_t, kBatchRank>;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, rows = 1, columns = 1, begin = 0, end = 0;
  uint32_t a_row = 0, a_k = 1, b_k = 1, b_column = 1, bias_row = 0, bias_column = 0;
  BatchArray batch_extents{1, 1, 1, 1}, a_batch{}, b_batch{};
  float alpha = 1, beta = 1, activation_alpha = 0, activation_beta = 0;
};

constexpr Shader kShader{"operators/matrix_product", shaders::operators_matrix_product, kBindings,
                         sizeof(Parameters)};

struct Product {
  Parameters parameters{};
  uint32_t k = 1;
  Binding a{}, b{}, bias{}, to{};
  bool has_bias = false;
  Activation activation{};

  uint32_t batches() const {
    uint32_t product = 1;
    for (const uint32_t extent : parameters.batch_extents) product *= extent;
    return product;
  }
};

bool all_multiples_of_four(const BatchArray& values) {
  return std::all_of(values.begin(), values.end(), [](uint32_t n) { return n % 4 == 0; });
}

Result<void> record_product(Recorder& recorder, Product product) {
  Parameters& p = product.parameters;
  const bool vector_a =
      p.a_k == 1 && p.a_row % 4 == 0 && product.k % 4 == 0 && all_multiples_of_four(p.a_batch);
  const bool vector_b =
      p.b_column == 1 && p.b_k % 4 == 0 && p.columns % 4 == 0 && all_multiples_of_four(p.b_batch);
  const uint32_t tile = p.rows == 1 ? 1 : 4;
  p.count = product.batches() * ((p.rows + tile - 1) / tile) * ((p.columns + 3) / 4);
  p.activation_alpha = product.activation.alpha;
  p.activation_beta = product.activation.beta;
  const auto format = [](bool vector) {
    return vector ? VK_FORMAT_R32G32B32A32_SFLOAT : VK_FORMAT_R32_SFLOAT;
  };
  const Binding bindings[] = {product.to, with_format(product.a, format(vector_a)),
                              with_format(product.b, format(vector_b)),
                              product.has_bias ? product.bias : product.a};
  for (uint32_t begin = 0; begin < product.k; begin += kPassLength) {
    if (begin > 0) recorder.barrier();
    p.begin = begin;
    p.end = std::min(product.k, begin + kPassLength);
    const bool last = p.end == product.k;
    const uint32_t constants[] = {
        vector_a, vector_b,         begin == 0,
        last,     product.has_bias, last ? product.activation.op : GN_COPY,
        tile};
    GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(p), p.count));
  }
  return {};
}

// Batch axes of a product, broadcast; outermost first.
Result<void> set_batches(const Shape& a, const Shape& b, Product& product) {
  const auto batch_of = [](const Shape& shape) {
    const size_t rank = shape.rank() - std::min<size_t>(2, shape.rank());
    return Shape(std::vector<int64_t>(shape.extents().begin(),
                                      shape.extents().begin() + static_cast<std::ptrdiff_t>(rank)));
  };
  const Shape a_batch = batch_of(a), b_batch = batch_of(b);
  const Shape batch = GN_TRY(perception::broadcast(a_batch, b_batch));
  std::vector<int64_t> a_strides = broadcast_strides(a_batch, batch);
  std::vector<int64_t> b_strides = broadcast_strides(b_batch, batch);
  for (int64_t& stride : a_strides)
    stride *= a.count(a.rank() - std::min<size_t>(2, a.rank()), a.rank());
  for (int64_t& stride : b_strides)
    stride *= b.count(b.rank() - std::min<size_t>(2, b.rank()), b.rank());
  const StridedLoop loop(batch.extents(), {a_strides, b_strides});
  if (loop.rank() > kBatchRank)
    return make_error(ENOTSUP, "%u separate batch axes: at most %zu", loop.rank(), kBatchRank);
  for (size_t i = 0; i < kBatchRank; ++i) {
    product.parameters.batch_extents[i] = loop.extents()[i];
    const bool single = loop.extents()[i] == 1;
    product.parameters.a_batch[i] = single ? 0 : loop.strides(0)[i];
    product.parameters.b_batch[i] = single ? 0 : loop.strides(1)[i];
  }
  return {};
}

// Rows, columns and steps of a Gemm's operands; transposing one exchanges its two steps.
void set_steps(const Operation& operation, Product& product) {
  const perception::Attributes& attributes = operation.node.attributes;
  const bool transpose_a = attributes.integer("transA", 0) != 0;
  const bool transpose_b = attributes.integer("transB", 0) != 0;
  const Shape& a = operation.input_shape(0);
  const Shape& b = operation.input_shape(1);
  const Shape& shape = operation.output_shape();
  product.k = static_cast<uint32_t>(a[transpose_a ? 0 : 1]);
  Parameters& p = product.parameters;
  p.rows = static_cast<uint32_t>(shape[0]);
  p.columns = static_cast<uint32_t>(shape[1]);
  p.a_row = transpose_a ? 1 : product.k;
  p.a_k = transpose_a ? static_cast<uint32_t>(a[1]) : 1;
  p.b_k = transpose_b ? 1 : static_cast<uint32_t>(b[1]);
  p.b_column = transpose_b ? product.k : 1;
}

}  // namespace

Result<const char*> record_matrix_product(Recorder& recorder, const Operation& operation) {
  const Shape& a = operation.input_shape(0);
  const Shape& b = operation.input_shape(1);
  Product product;
  product.activation = operation.activation;
  product.a = GN_TRY(recorder.place(operation.inputs[0]));
  product.b = GN_TRY(recorder.place(operation.inputs[1]));
  product.to = operation.outputs[0].place;
  Parameters& p = product.parameters;
  product.k = static_cast<uint32_t>(a[a.rank() - 1]);
  p.rows = a.rank() < 2 ? 1 : static_cast<uint32_t>(a[a.rank() - 2]);
  p.columns = b.rank() < 2 ? 1 : static_cast<uint32_t>(b[b.rank() - 1]);
  p.a_row = product.k;
  p.b_k = p.columns;
  if (b.rank() <= 2 && a.rank() > 2) {
    // One matrix for all: its batch is just more rows.
    p.rows = static_cast<uint32_t>(a.count(0, a.rank() - 1));
  } else {
    GN_TRY(set_batches(a, b, product));
  }
  GN_TRY(record_product(recorder, product));
  return "tile4x4";
}

Result<const char*> record_gemm(Recorder& recorder, const Operation& operation) {
  Product product;
  product.activation = operation.activation;
  product.a = GN_TRY(recorder.place(operation.inputs[0]));
  product.b = GN_TRY(recorder.place(operation.inputs[1]));
  product.to = operation.outputs[0].place;
  set_steps(operation, product);
  Parameters& p = product.parameters;
  p.alpha = operation.node.attributes.number("alpha", 1.0f);
  p.beta = operation.node.attributes.number("beta", 1.0f);
  product.has_bias = operation.has_input(2);
  if (product.has_bias) {
    const std::vector<int64_t> strides =
        broadcast_strides(operation.input_shape(2), operation.output_shape());
    p.bias_row = static_cast<uint32_t>(strides[0]);
    p.bias_column = static_cast<uint32_t>(strides[1]);
    product.bias = GN_TRY(recorder.place(operation.inputs[2]));
  }
  GN_TRY(record_product(recorder, product));
  return "tile4x4";
}

}  // namespace geoneuron::engine::vulkan
