// SPDX-License-Identifier: MIT
// A network that is small, and always there. Pure; thread-safe.
#pragma once

#include <string>

namespace geoneuron::cli::bench {

inline constexpr int kTinyChannels = 4, kTinyExtent = 32;

// An ONNX file: y = Relu(x), both float32 of 1 x kTinyChannels x kTinyExtent x kTinyExtent.
std::string tiny_model();

}  // namespace geoneuron::cli::bench
