// SPDX-License-Identifier: MIT
// Eight 32-bit numbers that are computed with at once, for the innermost loops of the searches, on
// processors that have AVX2. Whoever uses them has plain loops for other processors.
// Functions, not target_clones: GCC splits the vectors of what is inlined into a clone.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#define GEONEURON_AVX2 __attribute__((target("avx2")))
#define GEONEURON_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline
#endif

namespace geoneuron::policy {

inline constexpr uint32_t kLanes = 8;

constexpr uint32_t whole_lanes(uint32_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

inline bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

}  // namespace geoneuron::policy
