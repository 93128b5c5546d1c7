// SPDX-License-Identifier: MIT
// Softmax along any axis, and the flattened form of operator sets before 13.
#include <cmath>
#include <limits>

#include "engine/cpu/exponential.hpp"
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"
#include "perception/softmax.hpp"

namespace geoneuron::engine::cpu {
namespace {

void softmax_floats(const float* source, float* target, int64_t length) {
  exponentials(source, highest_of(source, length), target, length);
  const float scale = static_cast<float>(1.0 / sum_of(target, length));
  for (int64_t i = 0; i < length; ++i) target[i] *= scale;
}

// Lines of `length` elements that lie `step` apart.
template <typename T>
void softmax_line(const T* source, T* target, int64_t length, int64_t step) {
  if constexpr (std::is_same_v<T, float>)
    if (step == 1) return softmax_floats(source, target, length);
  using C = Compute<T>;
  C highest = -std::numeric_limits<C>::infinity();
  for (int64_t i = 0; i < length; ++i)
    highest = std::max(highest, static_cast<C>(source[i * step]));
  double sum = 0;
  for (int64_t i = 0; i < length; ++i)
    sum += static_cast<double>(std::exp(static_cast<C>(source[i * step]) - highest));
  const C scale = static_cast<C>(1.0 / sum);
  for (int64_t i = 0; i < length; ++i)
    target[i * step] = static_cast<T>(std::exp(static_cast<C>(source[i * step]) - highest) * scale);
}

}  // namespace

Result<void> run_softmax(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const auto lines = GN_TRY(perception::softmax_lines(operation.node, input.shape()));
  const int64_t length = lines.length, inner = lines.inner;
  return dispatch_floating(input.type(), [&]<typename T>() {
    const T* source = elements<T>(input);
    T* target = mutable_elements<T>(operation.output());
    parallel_for(lines.outer * inner, length, [=](int64_t begin, int64_t last) {
      for (int64_t line = begin; line < last; ++line) {
        const int64_t at = line / inner * inner * length + line % inner;
        softmax_line(source + at, target + at, length, inner);
      }
    });
  });
}

}  // namespace geoneuron::engine::cpu
