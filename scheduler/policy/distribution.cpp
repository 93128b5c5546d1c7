// SPDX-License-Identifier: MIT
#include "policy/distribution.hpp"

#include <bit>

namespace geoneuron::policy {

uint64_t Distribution::floor_of(uint64_t value) {
  if (value < 16) return value;
  const auto below = static_cast<uint32_t>(std::bit_width(value)) - 4;  // bits that are dropped
  return value >> below << below;
}

}  // namespace geoneuron::policy
