// SPDX-License-Identifier: MIT
// Which conversions the device has. Thread-safe.
#pragma once

#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {

// Conversions among whole words that are exact or defined the same everywhere; 64-bit integers to
// and from float need arithmetic that shaders lack.
bool casts_on_device(perception::DataType from, perception::DataType to);

}  // namespace geoneuron::engine::vulkan
