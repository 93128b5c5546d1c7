// SPDX-License-Identifier: MIT
// Products of two matrices, for every numeric element type. Thread-safe.
#pragma once

#include <algorithm>

#include "engine/cpu/parallel.hpp"
#include "engine/cpu/scratch.hpp"
#include "engine/cpu/types.hpp"

namespace geoneuron::engine::cpu {

// result[rows x columns] = a[rows x depth] * b[depth x columns]; `transposed` says that the operand
// lies in memory with its axes exchanged. All are row-major without gaps.
struct Product {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t depth = 0;
  bool a_transposed = false;
  bool b_transposed = false;
};

// Scratch memory of a product of elements of type T.
template <typename T>
struct ProductBuffers {
  T* turned = nullptr;  // b, where it is transposed and loops multiply
};
template <>
struct ProductBuffers<float> {};
template <>
struct ProductBuffers<_Float16> {
  float* a = nullptr;
  float* b = nullptr;
  float* result = nullptr;  // not rounded yet
};

template <typename T>
ProductBuffers<T> take_buffers(Scratch& scratch, const Product& product);
template <>
ProductBuffers<float> take_buffers(Scratch& scratch, const Product& product);
template <>
ProductBuffers<_Float16> take_buffers(Scratch& scratch, const Product& product);

// float32 through oneDNN; float16 in float32, rounded once at the end; others by plain loops,
// integers wrapping. No memory of the three may overlap. Errors: ENOMEM, what oneDNN reports.
template <typename T>
Result<void> multiply(const Product& product, const ProductBuffers<T>& buffers, const T* a,
                      const T* b, T* result);

template <>
Result<void> multiply(const Product& product, const ProductBuffers<float>& buffers, const float* a,
                      const float* b, float* result);
template <>
Result<void> multiply(const Product& product, const ProductBuffers<_Float16>& buffers,
                      const _Float16* a, const _Float16* b, _Float16* result);

// The product of float16 in buffers.result, for those who compute on before they round.
Result<void> multiply_wide(const Product& product, const ProductBuffers<_Float16>& buffers,
                           const _Float16* a, const _Float16* b);

// The rest is implementation.

// sums[i] += factor * values[i]; integers wrap.
template <typename T>
void add_scaled(T* sums, const T* values, T factor, int64_t count) {
  if constexpr (std::is_integral_v<T>) {
    using W = Wrapping<T>;
    for (int64_t i = 0; i < count; ++i)
      sums[i] = static_cast<T>(static_cast<W>(sums[i]) +
                               static_cast<W>(factor) * static_cast<W>(values[i]));
  } else {
    for (int64_t i = 0; i < count; ++i) sums[i] += factor * values[i];
  }
}

template <typename T>
ProductBuffers<T> take_buffers(Scratch& scratch, const Product& product) {
  ProductBuffers<T> buffers;
  if (product.b_transposed) buffers.turned = scratch.take<T>(product.depth * product.columns);
  return buffers;
}

template <typename T>
Result<void> multiply(const Product& product, const ProductBuffers<T>& buffers, const T* a,
                      const T* b, T* result) {
  const int64_t columns = product.columns, depth = product.depth;
  if (product.b_transposed) {
    for (int64_t column = 0; column < columns; ++column)
      for (int64_t k = 0; k < depth; ++k)
        buffers.turned[k * columns + column] = b[column * depth + k];
    b = buffers.turned;
  }
  const int64_t a_row = product.a_transposed ? 1 : depth;
  const int64_t a_column = product.a_transposed ? product.rows : 1;
  parallel_for(product.rows, columns * depth, [=](int64_t begin, int64_t end) {
    std::fill(result + begin * columns, result + end * columns, T{0});
    for (int64_t row = begin; row < end; ++row)
      for (int64_t k = 0; k < depth; ++k)
        add_scaled(result + row * columns, b + k * columns, a[row * a_row + k * a_column], columns);
  });
  return {};
}

}  // namespace geoneuron::engine::cpu
