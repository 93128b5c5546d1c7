// SPDX-License-Identifier: MIT
#include "views/key.hpp"

#include <algorithm>
#include <cfloat>

namespace geoneuron::views {

uint32_t key_not_below(double value) {
  const auto nearest = static_cast<float>(std::clamp<double>(value, -FLT_MAX, FLT_MAX));
  const uint32_t key = key_of(nearest);
  if (static_cast<double>(nearest) >= value || nearest == FLT_MAX) return key;
  // No value has the key below that of zero, which would be that of -0.
  return key + 1 == kZeroKey - 1 ? kZeroKey : key + 1;
}

}  // namespace geoneuron::views
