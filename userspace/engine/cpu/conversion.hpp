// SPDX-License-Identifier: MIT
// Elements of one type as those of another, for every value. Thread-safe.
#pragma once

#include <cmath>
#include <limits>

#include "engine/cpu/types.hpp"

namespace geoneuron::engine::cpu {

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

}  // namespace geoneuron::engine::cpu
