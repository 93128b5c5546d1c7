// SPDX-License-Identifier: MIT
// The identity of a model's bytes. For the importer's sources alone. Thread-safe.
#pragma once

#include <span>
#include <string>

#include "perception/onnx_external_data.hpp"

namespace geoneuron::perception {

// XXH3-128 of the file and of every external range in the order of its use, as 32 hex digits.
std::string model_digest(std::span<const std::byte> file, const ExternalData& external);

}  // namespace geoneuron::perception
