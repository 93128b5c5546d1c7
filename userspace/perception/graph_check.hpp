// SPDX-License-Identifier: MIT
// What optimiser, planner and engines take for granted of a graph, for graphs that come from
// somebody else. What attributes and shapes mean is checked where they are used: shape_inference.
// Pure functions; thread-safe.
#pragma once

#include "base/result.hpp"
#include "perception/graph.hpp"

namespace geoneuron::perception {

// EINVAL, in one sentence, unless the node has as many operands and results as its operator takes.
Result<void> check_counts(const Node& node);

// EINVAL, in one sentence with the names of node and value, unless
// - every id lies in the graph, and names of values and of nodes are there and unique;
// - every operand is an input, a constant or what an earlier node produces;
// - every result is there, and nothing else gives it; every output of the graph is one of all that;
// - inputs declare a type, and no constant is among them;
// - counts and attributes are those of the operator's schema;
// - the limits of limits.hpp hold.
Result<void> check_graph(const Graph& graph);

}  // namespace geoneuron::perception
