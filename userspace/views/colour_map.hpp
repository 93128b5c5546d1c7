// SPDX-License-Identifier: MIT
// The colour maps: 256 colours by index, and those of NaN and the infinities. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

// "viridis", "cividis", "diverging", "grey".
const std::vector<std::string>& colour_map_names();

// EINVAL for an unknown name. "diverging" is exactly white at index 128, which the symmetric
// normalisation gives to 0.
Result<Palette> palette_named(const std::string& name);

}  // namespace geoneuron::views
