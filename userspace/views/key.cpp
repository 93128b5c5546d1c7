// SPDX-License-Identifier: MIT
#include "views/key.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace geoneuron::views {

uint32_t key_not_below(double value) {
  auto nearest = static_cast<float>(std::clamp<double>(value, -FLT_MAX, FLT_MAX));
  if (static_cast<double>(nearest) < value) nearest = std::nextafter(nearest, FLT_MAX);
  return key_of(nearest);
}

}  // namespace geoneuron::views
