// SPDX-License-Identifier: MIT
// Eight 32-bit numbers that are computed with at once, for the innermost loops of the searches, and
// how these are compiled for several instruction sets, of which the loader picks the best.
// Sanitizers do not get along with that and take the portable one.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GEONEURON_LANES_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GEONEURON_LANES_CLONES
#endif
// Into each clone: a function of its own would be compiled for the portable set alone.
#define GEONEURON_LANES_INLINE __attribute__((always_inline)) inline

namespace geoneuron::policy {

inline constexpr uint32_t kLanes = 8;
using Lanes = int32_t __attribute__((vector_size(32)));

constexpr uint32_t whole_lanes(uint32_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

// By reference, as passing such a vector by value depends on the instruction set.
GEONEURON_LANES_INLINE void load(Lanes& lanes, const int32_t* from) {
  std::memcpy(&lanes, from, sizeof lanes);
}
GEONEURON_LANES_INLINE void store(int32_t* to, const Lanes& lanes) {
  std::memcpy(to, &lanes, sizeof lanes);
}
GEONEURON_LANES_INLINE void raise_to(Lanes& lanes, const Lanes& least) {
  lanes = lanes > least ? lanes : least;
}

}  // namespace geoneuron::policy
