// SPDX-License-Identifier: MIT
// Hashes of keys of several parts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace geoneuron::policy {

inline uint64_t mixed(uint64_t hash, uint64_t part) {
  hash = (hash ^ part) * 0x9E3779B97F4A7C15u;  // 2^64 over the golden ratio
  return hash ^ hash >> 32;
}

template <typename... Parts>
size_t hash_of(Parts... parts) {
  uint64_t hash = 0;
  ((hash = mixed(hash, static_cast<uint64_t>(parts))), ...);
  return hash;
}

}  // namespace geoneuron::policy
