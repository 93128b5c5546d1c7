// SPDX-License-Identifier: MIT
#include "perception/liveness.hpp"

#include <algorithm>

#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {

Liveness liveness_of(const Graph& graph, size_t first, size_t end, const std::set<ValueId>& wanted,
                     const std::function<bool(ValueId)>& is_known) {
  Liveness liveness;
  std::vector<bool> live(graph.values.size(), false);
  for (const ValueId id : wanted) live[index(id)] = !is_known(id);
  for (size_t i = end; i-- > first;) {
    const Node& node = graph.nodes[i];
    const auto results = results_of(node);
    if (std::none_of(results.begin(), results.end(), [&](ValueId id) { return live[index(id)]; }))
      continue;
    liveness.nodes.push_back(NodeId{static_cast<uint32_t>(i)});
    for (const ValueId id : results) live[index(id)] = false;
    for (const ValueId id : node.inputs)
      if (id != kNoValue && !is_known(id)) live[index(id)] = true;
  }
  std::reverse(liveness.nodes.begin(), liveness.nodes.end());
  for (size_t i = 0; i < live.size(); ++i)
    if (live[i]) liveness.required.insert(ValueId{static_cast<uint32_t>(i)});
  return liveness;
}

}  // namespace geoneuron::perception
