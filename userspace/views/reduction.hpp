// SPDX-License-Identifier: MIT
// Reductions of a layer's maps to one, on the CPU in a fixed order. Thread-safe.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "views/layer_maps.hpp"

namespace geoneuron::views {

// Element by element over all maps of the sample: the sum in double, in order of maps, divided and
// rounded to float32. NaN and infinities follow IEEE 754.
std::vector<float> mean_over_maps(const LayerMaps& layer);
// The largest; NaN where any map has NaN.
std::vector<float> maximum_over_maps(const LayerMaps& layer);

}  // namespace geoneuron::views
