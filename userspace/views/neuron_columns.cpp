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
      unweighted;                // by class: the classes it comes from without weights
  std::set<uint32_t> uncertain;  // whose members may differ in shape

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

// By value: whether no input has a part in it. Weights may come through nodes (Transpose, Cast,
// ...).
std::vector<bool> find_constants(const Graph& graph) {
  std::vector<bool> constant(graph.values.size());
  for (size_t i = 0; i < constant.size(); ++i) constant[i] = graph.values[i].constant.has_value();
  for (const Node& node : graph.nodes) {
    const bool all = std::ranges::all_of(
        node.inputs, [&](ValueId input) { return input == kNoValue || constant[index(input)]; });
    for (const ValueId output : node.outputs)
      if (output != kNoValue && all) constant[index(output)] = true;
  }
  return constant;
}

bool is_broadcast(Operator op) {
  switch (op) {
    case Operator::kAdd:
    case Operator::kDiv:
    case Operator::kMax:
    case Operator::kMin:
    case Operator::kMul:
    case Operator::kPow:
    case Operator::kSub:
      return true;
    default:
      return false;
  }
}

// What is known of the graph's values before columns are found.
struct Values {
  const Graph& graph;
  const KnownShapes& shapes;
  std::vector<bool> constants;

  bool is_constant(ValueId id) const { return id == kNoValue || constants[index(id)]; }
  // False where a shape is unknown: the node is then taken to keep it.
  bool differ(ValueId a, ValueId b) const {
    const auto shape_a = shapes.find(a), shape_b = shapes.find(b);
    return shape_a != shapes.end() && shape_b != shapes.end() && shape_a->second != shape_b->second;
  }
};

std::optional<WeightedNode> weighted_node(const Values& values, NodeId id) {
  const Node& node = values.graph.at(id);
  const bool convolves = node.op == Operator::kConv || node.op == Operator::kConvTranspose;
  const bool multiplies = node.op == Operator::kGemm || node.op == Operator::kMatMul;
  if ((!convolves && !multiplies) || node.inputs.size() < 2 || node.outputs.empty())
    return std::nullopt;
  const bool first = values.is_constant(node.inputs[0]);
  const bool second = values.is_constant(node.inputs[1]);
  if (first == second || (convolves && first)) return std::nullopt;
  return WeightedNode{
      id, node.inputs[first ? 1 : 0], node.inputs[first ? 0 : 1], node.outputs[0], 0, 0};
}

// Classes of the node's operands that are not constant, without `except`.
std::set<uint32_t> operand_classes(const Values& values, const Node& node, const Classes& classes,
                                   ValueId except) {
  std::set<uint32_t> result;
  for (const ValueId input : node.inputs) {
    if (input == except || values.is_constant(input)) continue;
    const uint32_t found = classes.of_value[index(input)];
    if (found != kNoClass) result.insert(found);
  }
  return result;
}

// A constant of one element is spread over the other operand; a larger one may spread that.
bool may_change_shape(const Values& values, const Node& node) {
  return std::ranges::any_of(node.inputs, [&](ValueId input) {
    if (input == kNoValue || !values.is_constant(input) || !is_broadcast(node.op)) return false;
    const auto& constant = values.graph.at(input).constant;
    return !constant || constant->element_count() != 1 || constant->shape().rank() > 1;
  });
}

// Whether the node's result has another shape than what it is computed from.
bool changes_shape(const Values& values, const Node& node) {
  return std::ranges::any_of(node.inputs, [&](ValueId input) {
    return !values.is_constant(input) && values.differ(input, node.outputs[0]);
  });
}

void classify(const Values& values, NodeId id, Classes& classes) {
  const Node& node = values.graph.at(id);
  const std::optional<WeightedNode> weighted = weighted_node(values, id);
  const auto operands =
      operand_classes(values, node, classes, weighted ? weighted->source : kNoValue);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId output = node.outputs[i];
    if (values.is_constant(output)) continue;
    const bool shares = !weighted && i == 0 && operands.size() == 1 && is_element_wise(node.op) &&
                        !changes_shape(values, node);
    if (shares) {
      classes.join(output, *operands.begin());
      if (may_change_shape(values, node)) classes.uncertain.insert(*operands.begin());
    } else {
      classes.unweighted[classes.make(output)] = operands;
    }
  }
}

Classes classify_all(const Values& values) {
  Classes classes;
  classes.of_value.assign(values.graph.values.size(), kNoClass);
  for (const ValueId input : values.graph.inputs) classes.make(input);
  for (size_t i = 0; i < values.graph.nodes.size(); ++i)
    classify(values, NodeId{static_cast<uint32_t>(i)}, classes);
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

ColumnGraph find_columns(const Graph& graph, const KnownShapes& shapes) {
  const Values values{graph, shapes, find_constants(graph)};
  const Classes classes = classify_all(values);
  ColumnGraph result;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto node = weighted_node(values, NodeId{static_cast<uint32_t>(i)});
    if (node && classes.of_value[index(node->source)] != kNoClass) result.weighted.push_back(*node);
  }
  const std::vector<uint32_t> column = number_columns(classes, result.weighted);
  for (size_t i = 0; i < column.size(); ++i)
    if (column[i] != kNoClass)
      result.columns.push_back({classes.members[i], classes.members[i].back(), 0,
                                classes.uncertain.contains(static_cast<uint32_t>(i))});
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
