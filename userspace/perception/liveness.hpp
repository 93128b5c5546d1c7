// SPDX-License-Identifier: MIT
// Liveness: which nodes of a range must run for the sake of some values, and which values must be
// there before. Pure functions; thread-safe.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "perception/graph.hpp"

namespace geoneuron::perception {

struct Liveness {
  std::vector<NodeId> nodes;   // that must run, in order
  std::set<ValueId> required;  // values that must exist before the first of them
};

// What computes `wanted` among the nodes [first, end). Values for which `is_known` holds need no
// node.
Liveness liveness_of(const Graph& graph, size_t first, size_t end, const std::set<ValueId>& wanted,
                     const std::function<bool(ValueId)>& is_known);

}  // namespace geoneuron::perception
