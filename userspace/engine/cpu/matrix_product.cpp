// SPDX-License-Identifier: MIT
// MatMul with numpy's rules for vectors and batches, and Gemm.
#include "engine/cpu/conversion.hpp"
#include "engine/cpu/gemm.hpp"
#include "engine/cpu/kernel.hpp"

namespace geoneuron::engine::cpu {
namespace {

// A vector becomes a matrix with one row (left) or one column (right).
Shape left_matrix(const Shape& shape) {
  return shape.rank() == 1 ? Shape({1, shape[0]}) : shape;
}
Shape right_matrix(const Shape& shape) {
  return shape.rank() == 1 ? Shape({shape[0], 1}) : shape;
}

Shape batch_of(const Shape& shape) {
  return Shape(std::vector<int64_t>(shape.extents().begin(), shape.extents().end() - 2));
}

// Which matrix of an operand with batch axes `own` belongs to number `index` of the result's.
int64_t batch_index(int64_t index, const Shape& batch, const Shape& own) {
  int64_t result = 0;
  int64_t stride = 1;
  for (size_t i = 0; i < own.rank(); ++i) {
    const size_t axis = own.rank() - 1 - i;
    const int64_t extent = batch[batch.rank() - 1 - i];
    if (own[axis] != 1) result += index % extent * stride;
    stride *= own[axis];
    index /= extent;
  }
  return result;
}

// One product for each index of the broadcast batch axes.
struct Batches {
  Shape a;
  Shape b;
  Shape all;
  Product product;  // the rows of all batches where those are rows of one large product

  bool is_one() const { return b.element_count() == 1 && a.element_count() == all.element_count(); }
};

Result<Batches> batches_of(const Shape& left, const Shape& right) {
  const Shape a = left_matrix(left);
  const Shape b = right_matrix(right);
  Batches batches;
  batches.a = batch_of(a);
  batches.b = batch_of(b);
  batches.all = GN_TRY(perception::broadcast(batches.a, batches.b));
  batches.product.rows = a[a.rank() - 2];
  batches.product.depth = a[a.rank() - 1];
  batches.product.columns = b[b.rank() - 1];
  if (batches.is_one()) batches.product.rows *= batches.all.element_count();  // faster than many
  return batches;
}

template <typename T>
Result<void> multiply_batches(const Batches& batches, std::span<std::byte> memory, const T* a,
                              const T* b, T* result) {
  const Product& product = batches.product;
  Scratch scratch(memory);
  const ProductBuffers<T> buffers = take_buffers<T>(scratch, product);
  if (batches.is_one()) return multiply(product, buffers, a, b, result);
  for (int64_t i = 0; i < batches.all.element_count(); ++i)
    GN_TRY(multiply(product, buffers,
                    a + batch_index(i, batches.all, batches.a) * product.rows * product.depth,
                    b + batch_index(i, batches.all, batches.b) * product.depth * product.columns,
                    result + i * product.rows * product.columns));
  return {};
}

// What Gemm makes of a product: alpha * product + beta * c, with c (if any) broadcast to it.
struct Scaling {
  double alpha = 1;
  double beta = 1;
  const Tensor* c = nullptr;

  bool is_identity() const { return alpha == 1.0 && c == nullptr; }
  bool is_sum() const { return alpha == 1.0 && beta == 1.0; }
};

// Calls body(element of the result, element of c) for all of them; the latter is 0 without c.
template <typename Body>
void for_each_with_bias(const Shape& result, const Tensor* c, const Body& body) {
  int64_t row_step = 0;
  int64_t column_step = 0;
  if (c != nullptr) {
    const size_t rank = c->shape().rank();
    if (rank > 0 && c->shape()[rank - 1] != 1) column_step = 1;
    if (rank > 1 && c->shape()[0] != 1) row_step = c->shape()[1];
  }
  for (int64_t row = 0; row < result[0]; ++row)
    for (int64_t column = 0; column < result[1]; ++column)
      body(row * result[1] + column, row * row_step + column * column_step);
}

// result += c, for integers, which wrap.
template <typename T>
void add_bias(const Tensor& c, Tensor& result) {
  using W = Wrapping<T>;
  const T* bias = elements<T>(c);
  T* target = mutable_elements<T>(result);
  for_each_with_bias(result.shape(), &c, [=](int64_t i, int64_t of_bias) {
    target[i] = static_cast<T>(static_cast<W>(target[i]) + static_cast<W>(bias[of_bias]));
  });
}

// `product` may be the memory of `result`. Floats and halves are scaled in float, all else in
// double; what comes out is then converted as Cast does: integers lose their fraction.
template <typename T, typename P>
void scale(const P* product, const Scaling& scaling, Tensor& result) {
  const T* bias = scaling.c != nullptr ? elements<T>(*scaling.c) : nullptr;
  T* target = mutable_elements<T>(result);
  using S = std::conditional_t<std::is_same_v<P, float>, float, double>;
  const S alpha = static_cast<S>(scaling.alpha), beta = static_cast<S>(scaling.beta);
  for_each_with_bias(result.shape(), scaling.c, [=](int64_t i, int64_t of_bias) {
    S value = alpha * static_cast<S>(product[i]);
    if (bias != nullptr) value += beta * static_cast<S>(bias[of_bias]);
    target[i] = converted<T>(value);
  });
}

// Into the operation's result, except float16, whose product is not rounded before it is scaled.
template <typename T>
Result<void> multiply_and_scale(const Product& product, const T* a, const T* b,
                                const Scaling& scaling, const Operation& operation) {
  Tensor& result = operation.output();
  Scratch scratch(operation.scratch);
  const ProductBuffers<T> buffers = take_buffers<T>(scratch, product);
  T* target = mutable_elements<T>(result);
  if constexpr (std::is_same_v<T, _Float16>) {
    GN_TRY(multiply_wide(product, buffers, a, b));
    scale<T>(buffers.result, scaling, result);
  } else {
    GN_TRY(multiply(product, buffers, a, b, target));
    if (scaling.is_identity()) return {};
    if constexpr (std::is_integral_v<T>)
      if (scaling.is_sum()) {
        add_bias<T>(*scaling.c, result);
        return {};
      }
    scale<T>(target, scaling, result);
  }
  return {};
}

template <typename Function>
Result<void> dispatch_product(DataType type, Function&& function) {
  return dispatch_among<float, double, _Float16, int32_t, int64_t, uint32_t, uint64_t>(type,
                                                                                       function);
}

// Scratch memory of one product of this type.
Result<uint64_t> scratch_of(const Product& product, DataType type) {
  Scratch scratch;
  GN_TRY(dispatch_product(type, [&]<typename T>() { take_buffers<T>(scratch, product); }));
  return scratch.used_bytes();
}

Product gemm_product(const perception::Node& node, const Shape& a, const Shape& result) {
  Product product;
  product.a_transposed = node.attributes.integer("transA", 0) != 0;
  product.b_transposed = node.attributes.integer("transB", 0) != 0;
  product.rows = result[0];
  product.columns = result[1];
  product.depth = a[product.a_transposed ? 0 : 1];
  return product;
}

}  // namespace

Result<uint64_t> matrix_product_scratch_bytes(const Prospect& prospect) {
  const TensorInfo& a = prospect.operands[0].info;
  const Batches batches = GN_TRY(batches_of(a.shape, prospect.operands[1].info.shape));
  return scratch_of(batches.product, a.type);
}

Result<void> run_matrix_product(const Operation& operation) {
  const Batches batches =
      GN_TRY(batches_of(operation.input(0).shape(), operation.input(1).shape()));
  return dispatch_product(operation.input(0).type(), [&]<typename T>() {
    return multiply_batches(batches, operation.scratch, elements<T>(operation.input(0)),
                            elements<T>(operation.input(1)),
                            mutable_elements<T>(operation.output()));
  });
}

Result<uint64_t> gemm_scratch_bytes(const Prospect& prospect) {
  const TensorInfo& a = prospect.operands[0].info;
  return scratch_of(gemm_product(prospect.node, a.shape, prospect.results[0].shape), a.type);
}

Result<void> run_gemm(const Operation& operation) {
  const auto& attributes = operation.node.attributes;
  const Product product =
      gemm_product(operation.node, operation.input(0).shape(), operation.output().shape());
  Scaling scaling;
  scaling.alpha = static_cast<double>(attributes.number("alpha", 1.0f));
  scaling.beta = static_cast<double>(attributes.number("beta", 1.0f));
  if (operation.has_input(2)) scaling.c = &operation.input(2);
  return dispatch_product(operation.input(0).type(), [&]<typename T>() {
    return multiply_and_scale(product, elements<T>(operation.input(0)),
                              elements<T>(operation.input(1)), scaling, operation);
  });
}

const char* product_algorithm(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kFloat16 ? "dnnl" : "loop";
}

}  // namespace geoneuron::engine::cpu
