// SPDX-License-Identifier: MIT
// The nodes of a neuron graph as painted tiles. Thread-safe for distinct devices.
#pragma once

#include <span>

#include "base/result.hpp"
#include "views/neuron_layout.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

// Dark at 0 (index 128), warm above, cool below; NaN magenta, infinities white and violet.
const Palette& ember_palette();

// The largest finite magnitude; 0 where there is none.
float finite_limit(std::span<const float> values);

// Paints every unit of the column over the canvas, symmetric about 0 up to finite_limit(values).
// Where a pixel stands for several units it shows the one of the largest magnitude (NaN wins).
Result<void> paint_nodes(PixelDevice& device, std::span<const float> values, const PlaneGrid& grid,
                         Image& canvas);

}  // namespace geoneuron::views
