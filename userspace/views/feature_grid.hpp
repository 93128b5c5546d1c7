// SPDX-License-Identifier: MIT
// The view feature_grid: all maps of a layer side by side. Thread-safe.
#pragma once

#include "views/view.hpp"

namespace geoneuron::views {

ViewDefinition feature_grid_view();

}  // namespace geoneuron::views
