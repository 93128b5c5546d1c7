// SPDX-License-Identifier: MIT
// An order of a model's nodes in which every value is produced before it is used. For the
// importer's sources alone. Thread-safe.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "perception/onnx_proto.hpp"

namespace geoneuron::perception {

// Indices of graph.node() in that order, the file's order where it is free to choose. EINVAL, in
// one sentence: too many nodes or values, a value produced twice, one used but never produced, a
// cycle.
Result<std::vector<int>> running_order(const onnx::GraphProto& graph);

// The node's name, or "Conv_12" by operator and place where it has none.
std::string node_name(const onnx::NodeProto& node, int place);

}  // namespace geoneuron::perception
