// SPDX-License-Identifier: MIT
// Cast between all element types.
#include <cmath>
#include <limits>

#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {
namespace {

// ONNX leaves open what a floating value outside the integer type becomes; here it becomes the
// nearest integer of the type, and NaN 0, on every machine.
template <typename To, typename From>
To integer_from(From value) {
  if (std::isnan(value)) return 0;
  if (value >= std::ldexp(From{1}, std::numeric_limits<To>::digits))
    return std::numeric_limits<To>::max();
  if (value <= static_cast<From>(std::numeric_limits<To>::lowest()))
    return std::numeric_limits<To>::lowest();
  return static_cast<To>(value);
}

template <typename To, typename From>
To converted(From value) {
  if constexpr (std::is_same_v<To, bool>)
    return value != From{0};
  else if constexpr (kIsFloating<From> && !kIsFloating<To>)
    return integer_from<To>(static_cast<Compute<From>>(value));
  else
    return static_cast<To>(value);
}

}  // namespace

Result<void> run_cast(const Operation& operation) {
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  return dispatch_all(input.type(), [&]<typename From>() {
    return dispatch_all(output.type(), [&]<typename To>() {
      const From* source = elements<From>(input);
      To* target = mutable_elements<To>(output);
      parallel_for(input.element_count(), 1, [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) target[i] = converted<To, From>(source[i]);
      });
    });
  });
}

}  // namespace geoneuron::engine::cpu
