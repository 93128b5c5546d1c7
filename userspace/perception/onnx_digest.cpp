// SPDX-License-Identifier: MIT
#include "perception/onnx_digest.hpp"

#include "perception/digest.hpp"

namespace geoneuron::perception {

std::string model_digest(std::span<const std::byte> file, const ExternalData& external) {
  Digest digest;
  digest.add(file);
  for (const ExternalBytes& range : external.used()) digest.add(range.bytes);
  return digest.text();
}

}  // namespace geoneuron::perception
