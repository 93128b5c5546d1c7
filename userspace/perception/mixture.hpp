// SPDX-License-Identifier: MIT
// Mixture: what one element of a resized axis is made of. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "perception/resize.hpp"

namespace geoneuron::perception {

// The sum of weights[i] times input element elements[i]; elements lie inside the input. Both empty
// where the extrapolation value belongs (tf_crop_and_resize).
struct Mixture {
  std::vector<int64_t> elements;
  std::vector<double> weights;
};

// One per element of the result's axis. Nearest has one element of weight 1; linear and cubic
// follow Resize 18, with cubic_coeff_a, exclude_outside and antialias.
std::vector<Mixture> mixtures_of(const ResizeParameters& parameters, const ResizeAxis& axis);

}  // namespace geoneuron::perception
