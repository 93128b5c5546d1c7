// SPDX-License-Identifier: MIT
// Dead-node removal: what no wanted value depends on is not computed.
#include "perception/liveness.hpp"
#include "perception/passes/pass.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {

Result<void> remove_dead_nodes(PassContext& context) {
  Graph& graph = context.graph;
  const Liveness liveness =
      liveness_of(graph, 0, graph.nodes.size(), context.protected_values(),
                  [&](ValueId id) { return context.constant(id) != nullptr; });
  std::vector<bool> removed(graph.nodes.size(), true);
  for (const NodeId id : liveness.nodes) removed[index(id)] = false;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!removed[i]) continue;
    const Node& node = graph.nodes[i];
    int64_t bytes = 0;
    for (const ValueId id : results_of(node)) bytes += static_cast<int64_t>(context.size_bytes(id));
    context.record("dead-node removal", node.name, "nobody reads its results",
                   -static_cast<int64_t>(context.operations(node)), -bytes);
  }
  context.remove_nodes(removed);
  std::erase_if(graph.outputs, [&](ValueId id) { return !context.is_protected(id); });
  return {};
}

}  // namespace geoneuron::perception
