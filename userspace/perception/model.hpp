// SPDX-License-Identifier: MIT
// Model: a network's graph and what its file says of itself. A plain value.
#pragma once

#include <cstdint>
#include <string>

#include "perception/graph.hpp"

namespace geoneuron::perception {

struct Model {
  Graph graph;
  std::string producer;
  int64_t ir_version = 0;
  int64_t opset = 0;  // of the default domain
  // Elements of all floating-point constants that the file holds.
  uint64_t parameter_count = 0;
  // Identity of the bytes for cache keys: XXH3-128 of the file and its external data.
  std::string digest;
};

}  // namespace geoneuron::perception
