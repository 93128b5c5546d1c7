// SPDX-License-Identifier: MIT
// What a model may hold at most; beyond lies no network, only an attack on memory.
#pragma once

#include <cstddef>

namespace geoneuron::perception {

inline constexpr int kMaximumNodes = 1 << 20;
inline constexpr int kMaximumValues = 1 << 22;
inline constexpr int kMaximumNodeOperands = 65536;
inline constexpr int kMaximumAttributes = 256;
inline constexpr int kMaximumAttributeEntries = 1 << 20;
inline constexpr size_t kMaximumNameBytes = 4096;

}  // namespace geoneuron::perception
