// SPDX-License-Identifier: MIT
// The view activation_map: one map of one tensor, alone or over the input image. Thread-safe.
#pragma once

#include "views/view.hpp"

namespace geoneuron::views {

ViewDefinition activation_map_view();

}  // namespace geoneuron::views
