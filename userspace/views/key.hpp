// SPDX-License-Identifier: MIT
// Keys: float32 bits as sortable unsigned integers, so that every device orders, counts and colours
// values by integer arithmetic alone (no rounding, no flushed denormals). Thread-safe.
#pragma once

#include <bit>
#include <cstdint>

namespace geoneuron::views {

// The key of zero; finite values have keys from key_of(lowest) to key_of(max).
inline constexpr uint32_t kZeroKey = 0x80000000u;
inline constexpr uint32_t kInfinityBits = 0x7f800000u;

// a < b as floats <=> key_of(a) < key_of(b); -0 has the key of +0. Defined for finite values and
// infinities; NaN is classified before a key is taken.
inline uint32_t key_of_bits(uint32_t bits) {
  if (bits == kZeroKey) return kZeroKey;
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
inline uint32_t key_of(float value) {
  return key_of_bits(std::bit_cast<uint32_t>(value));
}

// The value whose key it is; zero is +0.
inline float value_of_key(uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}

// The key of the smallest finite float that is not below `value` (of the largest float, beyond it).
uint32_t key_not_below(double value);

inline bool is_finite_bits(uint32_t bits) {
  return (bits & 0x7fffffffu) < kInfinityBits;
}
inline bool is_nan_bits(uint32_t bits) {
  return (bits & 0x7fffffffu) > kInfinityBits;
}

}  // namespace geoneuron::views
