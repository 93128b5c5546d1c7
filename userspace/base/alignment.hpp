// SPDX-License-Identifier: MIT
// Sizes and offsets rounded up. Thread-safe.
#pragma once

#include <cstdint>

namespace geoneuron {

// The least multiple of `alignment` (at least 1) that is not below `bytes`.
constexpr uint64_t aligned(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace geoneuron
