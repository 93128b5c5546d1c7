// SPDX-License-Identifier: MIT
#include "perception/graph.hpp"

namespace geoneuron::perception {

ValueId Graph::add_value(Value value) {
  values.push_back(std::move(value));
  return ValueId{static_cast<uint32_t>(values.size() - 1)};
}

std::optional<ValueId> Graph::find(std::string_view wanted) const {
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i].name == wanted) return ValueId{static_cast<uint32_t>(i)};
  return std::nullopt;
}

std::vector<std::optional<NodeId>> Graph::producers() const {
  std::vector<std::optional<NodeId>> result(values.size());
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const ValueId output : nodes[i].outputs)
      if (output != kNoValue) result[index(output)] = NodeId{static_cast<uint32_t>(i)};
  return result;
}

std::vector<uint32_t> Graph::use_counts() const {
  std::vector<uint32_t> result(values.size());
  for (const Node& node : nodes)
    for (const ValueId input : node.inputs)
      if (input != kNoValue) ++result[index(input)];
  for (const ValueId output : outputs) ++result[index(output)];
  return result;
}

}  // namespace geoneuron::perception
