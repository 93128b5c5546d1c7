// SPDX-License-Identifier: MIT
// The view activation_map: one map of one tensor, alone or over the input image. Thread-safe.
#pragma once

#include "views/view.hpp"

namespace geoneuron::views {

ViewDefinition activation_map_view();

// What `scale=auto` means for a map of that many elements.
uint32_t automatic_scale(uint32_t width, uint32_t height);

}  // namespace geoneuron::views
