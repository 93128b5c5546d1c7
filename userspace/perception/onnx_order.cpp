// SPDX-License-Identifier: MIT
#include "perception/onnx_order.hpp"

#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>

namespace geoneuron::perception {
namespace {

// Graph inputs and initialisers are "produced" by this.
constexpr int kGiven = -1;

// Keys point into the messages, which outlive the map.
using Producers = std::unordered_map<std::string_view, int>;

Result<void> check_size(const onnx::GraphProto& graph) {
  if (graph.node_size() > kMaximumNodes)
    return invalid("has %d nodes; at most %d are allowed", graph.node_size(), kMaximumNodes);
  int64_t values = int64_t{graph.input_size()} + graph.initializer_size() + graph.output_size();
  for (int i = 0; i < graph.node_size(); ++i) {
    const auto& node = graph.node(i);
    if (node.input_size() > kMaximumNodeOperands || node.output_size() > kMaximumNodeOperands)
      return invalid("%s: has more than %d operands or results", node_name(node, i).c_str(),
                     kMaximumNodeOperands);
    values += node.input_size() + node.output_size();
  }
  if (values <= kMaximumValues) return {};
  return invalid("has %lld values; at most %d are allowed", static_cast<long long>(values),
                 kMaximumValues);
}

Result<Producers> producers_of(const onnx::GraphProto& graph) {
  Producers producers;
  for (const auto& input : graph.input())
    if (!producers.emplace(input.name(), kGiven).second)
      return invalid("input %s: is listed twice", quoted(input.name()).c_str());
  // An initialiser may give a listed input its value.
  for (const auto& tensor : graph.initializer()) producers.emplace(tensor.name(), kGiven);
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& output : graph.node(i).output()) {
      if (output.empty()) continue;
      const auto [found, inserted] = producers.emplace(output, i);
      if (!inserted)
        return invalid("%s: produces %s, which %s already gives",
                       node_name(graph.node(i), i).c_str(), quoted(output).c_str(),
                       found->second == kGiven
                           ? "an input or initialiser"
                           : node_name(graph.node(found->second), found->second).c_str());
    }
  return producers;
}

struct Edges {
  std::vector<int> waiting_for;             // per node: operands not yet produced
  std::vector<std::vector<int>> consumers;  // per node
};

Result<Edges> edges_of(const onnx::GraphProto& graph, const Producers& producers) {
  const auto count = static_cast<size_t>(graph.node_size());
  Edges edges{std::vector<int>(count), std::vector<std::vector<int>>(count)};
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& input : graph.node(i).input()) {
      if (input.empty()) continue;
      const auto found = producers.find(input);
      if (found == producers.end())
        return invalid("%s: reads %s, which nothing produces", node_name(graph.node(i), i).c_str(),
                       quoted(input).c_str());
      if (found->second == kGiven) continue;
      ++edges.waiting_for[static_cast<size_t>(i)];
      edges.consumers[static_cast<size_t>(found->second)].push_back(i);
    }
  return edges;
}

// Some node on a cycle: backwards through nodes that still wait, until one comes twice.
int on_a_cycle(const onnx::GraphProto& graph, const Producers& producers,
               const std::vector<int>& waiting_for) {
  int node = 0;
  while (waiting_for[static_cast<size_t>(node)] == 0) ++node;
  std::vector<bool> seen(waiting_for.size());
  while (!seen[static_cast<size_t>(node)]) {
    seen[static_cast<size_t>(node)] = true;
    for (const std::string& input : graph.node(node).input()) {
      const auto found = producers.find(input);
      if (found == producers.end() || found->second == kGiven) continue;
      if (waiting_for[static_cast<size_t>(found->second)] == 0) continue;
      node = found->second;
      break;
    }
  }
  return node;
}

}  // namespace

std::string node_name(const onnx::NodeProto& node, int place) {
  return node.name().empty() ? node.op_type() + "_" + std::to_string(place) : node.name();
}

Result<std::vector<int>> running_order(const onnx::GraphProto& graph) {
  GN_TRY(check_size(graph));
  const Producers producers = GN_TRY(producers_of(graph));
  Edges edges = GN_TRY(edges_of(graph, producers));
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (edges.waiting_for[static_cast<size_t>(i)] == 0) ready.push(i);
  std::vector<int> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const int consumer : edges.consumers[static_cast<size_t>(order.back())])
      if (--edges.waiting_for[static_cast<size_t>(consumer)] == 0) ready.push(consumer);
  }
  if (static_cast<int>(order.size()) == graph.node_size()) return order;
  const int node = on_a_cycle(graph, producers, edges.waiting_for);
  return invalid("%s: depends on its own result; a graph must not have cycles",
                 node_name(graph.node(node), node).c_str());
}

}  // namespace geoneuron::perception
