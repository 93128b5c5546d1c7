// SPDX-License-Identifier: MIT
// The view histogram: how the values of tensors are distributed. Thread-safe.
#pragma once

#include "views/view.hpp"

namespace geoneuron::views {

ViewDefinition histogram_view();

}  // namespace geoneuron::views
