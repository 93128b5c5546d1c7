// SPDX-License-Identifier: MIT
// A bias per channel, added to a result where it lies. Thread-safe.
#pragma once

#include "engine/cpu/layout.hpp"

namespace geoneuron::engine::cpu {

// Adds bias[c] to every element of channel c of a float32 tensor N x C x ... in that layout.
void add_channel_bias(const Tensor& bias, Layout layout, Tensor& result);

}  // namespace geoneuron::engine::cpu
