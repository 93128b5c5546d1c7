// SPDX-License-Identifier: MIT
#include "views/neuron_columns.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <span>

namespace geoneuron::views {
namespace {

using perception::Graph;
using perception::kNoValue;
using perception::Node;
using perception::NodeId;
using perception::Operator;
using perception::ValueId;

constexpr uint32_t kNoClass = UINT32_MAX;

// Invariant: a class is made after every class that it depends on, so that class numbers are a
// topological order.
struct Classes {
  std::vector<uint32_t> of_value;
  std::vector<std::vector<ValueId>> members;
  std::vector<std::set<uint32_t>>
      unweighted;  // by class: the classes it comes from without weights

  uint32_t make(ValueId value) {
    members.push_back({value});
    unweighted.emplace_back();
    return of_value[index(value)] = static_cast<uint32_t>(members.size() - 1);
  }
  void join(ValueId value, uint32_t to) {
    members[to].push_back(value);
    of_value[index(value)] = to;
  }
};

bool is_constant(const Graph& graph, ValueId value) {
  return value == kNoValue || graph.at(value).constant.has_value();
}

std::optional<WeightedNode> weighted_node(const Graph& graph, NodeId id) {
  const Node& node = graph.at(id);
  const bool convolves = node.op == Operator::kConv || node.op == Operator::kConvTranspose;
  const bool multiplies = node.op == Operator::kGemm || node.op == Operator::kMatMul;
  if ((!convolves && !multiplies) || node.inputs.size() < 2 || node.outputs.empty())
    return std::nullopt;
  const bool first = is_constant(graph, node.inputs[0]);
  const bool second = is_constant(graph, node.inputs[1]);
  if (first == second || (convolves && first)) return std::nullopt;
  return WeightedNode{
      id, node.inputs[first ? 1 : 0], node.inputs[first ? 0 : 1], node.outputs[0], 0, 0};
}

// Classes of the node's operands that are not constant, without `except`.
std::set<uint32_t> operand_classes(const Graph& graph, const Node& node, const Classes& classes,
                                   ValueId except) {
  std::set<uint32_t> result;
  for (const ValueId input : node.inputs) {
    if (input == except || is_constant(graph, input)) continue;
    const uint32_t found = classes.of_value[index(input)];
    if (found != kNoClass) result.insert(found);
  }
  return result;
}

void classify(const Graph& graph, NodeId id, Classes& classes) {
  const Node& node = graph.at(id);
  const std::optional<WeightedNode> weighted = weighted_node(graph, id);
  const auto operands =
      operand_classes(graph, node, classes, weighted ? weighted->source : kNoValue);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId output = node.outputs[i];
    if (output == kNoValue) continue;
    const bool shares = !weighted && i == 0 && operands.size() == 1 && is_element_wise(node.op);
    if (shares)
      classes.join(output, *operands.begin());
    else
      classes.unweighted[classes.make(output)] = operands;
  }
}

Classes classify_all(const Graph& graph) {
  Classes classes;
  classes.of_value.assign(graph.values.size(), kNoClass);
  for (const ValueId input : graph.inputs) classes.make(input);
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    classify(graph, NodeId{static_cast<uint32_t>(i)}, classes);
  return classes;
}

// By class: its column, or kNoClass; columns numbered in class order.
std::vector<uint32_t> number_columns(const Classes& classes,
                                     std::span<const WeightedNode> weighted) {
  std::vector<uint32_t> column(classes.members.size(), kNoClass);
  for (const WeightedNode& node : weighted)
    for (const ValueId end : {node.source, node.target}) column[classes.of_value[index(end)]] = 0;
  uint32_t next = 0;
  for (uint32_t& number : column)
    if (number != kNoClass) number = next++;
  return column;
}

// Links between columns through classes that are none: each class hands on the columns it sees.
std::vector<ThinLink> thin_links(const Classes& classes, std::span<const uint32_t> column) {
  std::vector<std::set<uint32_t>> seen(classes.members.size());
  std::set<ThinLink> links;
  for (size_t i = 0; i < classes.members.size(); ++i) {
    for (const uint32_t from : classes.unweighted[i]) {
      if (column[from] != kNoClass)
        seen[i].insert(column[from]);
      else
        seen[i].insert(seen[from].begin(), seen[from].end());
    }
    if (column[i] == kNoClass) continue;
    for (const uint32_t from : seen[i]) links.insert({from, column[i]});
  }
  return {links.begin(), links.end()};
}

// Longest paths; columns are in topological order, so links sorted by target settle in one sweep.
void set_depths(ColumnGraph& graph) {
  std::vector<ThinLink> links = graph.thin;
  for (const WeightedNode& node : graph.weighted) links.push_back({node.from, node.to});
  std::ranges::sort(links, {}, [](const ThinLink& link) { return std::pair(link.to, link.from); });
  for (const ThinLink& link : links)
    graph.columns[link.to].depth =
        std::max(graph.columns[link.to].depth, graph.columns[link.from].depth + 1);
}

void sort_by_depth(ColumnGraph& graph) {
  std::vector<uint32_t> order(graph.columns.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](uint32_t i) { return graph.columns[i].depth; });
  std::vector<uint32_t> place(order.size());
  std::vector<Column> sorted;
  for (size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = static_cast<uint32_t>(i);
    sorted.push_back(std::move(graph.columns[order[i]]));
  }
  graph.columns = std::move(sorted);
  for (WeightedNode& node : graph.weighted) {
    node.from = place[node.from];
    node.to = place[node.to];
  }
  for (ThinLink& link : graph.thin) link = {place[link.from], place[link.to]};
  std::ranges::sort(graph.thin);
}

}  // namespace

bool is_element_wise(Operator op) {
  switch (op) {
    case Operator::kAbs:
    case Operator::kAdd:
    case Operator::kBatchNormalization:
    case Operator::kCast:
    case Operator::kClip:
    case Operator::kDiv:
    case Operator::kDropout:
    case Operator::kElu:
    case Operator::kExp:
    case Operator::kHardSigmoid:
    case Operator::kIdentity:
    case Operator::kLeakyRelu:
    case Operator::kLog:
    case Operator::kMax:
    case Operator::kMin:
    case Operator::kMul:
    case Operator::kNeg:
    case Operator::kPow:
    case Operator::kRelu:
    case Operator::kSigmoid:
    case Operator::kSqrt:
    case Operator::kSub:
    case Operator::kTanh:
      return true;
    default:
      return false;
  }
}

ColumnGraph find_columns(const Graph& graph) {
  const Classes classes = classify_all(graph);
  ColumnGraph result;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto node = weighted_node(graph, NodeId{static_cast<uint32_t>(i)});
    if (node && classes.of_value[index(node->source)] != kNoClass) result.weighted.push_back(*node);
  }
  const std::vector<uint32_t> column = number_columns(classes, result.weighted);
  for (size_t i = 0; i < column.size(); ++i)
    if (column[i] != kNoClass)
      result.columns.push_back({classes.members[i], classes.members[i].back(), 0});
  for (WeightedNode& node : result.weighted) {
    node.from = column[classes.of_value[index(node.source)]];
    node.to = column[classes.of_value[index(node.target)]];
  }
  result.thin = thin_links(classes, column);
  set_depths(result);
  sort_by_depth(result);
  return result;
}

}  // namespace geoneuron::views
