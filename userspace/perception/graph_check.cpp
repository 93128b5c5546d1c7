// SPDX-License-Identifier: MIT
#include "perception/graph_check.hpp"

#include <algorithm>

#include "perception/limits.hpp"
#include "perception/operator_schema.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

Error at_node(const Node& node, const Error& error) {
  return error.prefixed(quoted(node.name));
}

// By sorting: names of a stranger's choice could all fall into one bucket of a hash table.
template <typename Things>
Result<void> check_names(const Things& things, const char* what) {
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (const auto& thing : things) names.push_back(thing.name);
  std::ranges::sort(names);
  if (!names.empty() && names.front().empty()) return invalid("a %s has no name; must have", what);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return invalid("%s %s: there are two of that name", what, quoted(*twice).c_str());
}

class Check {
 public:
  explicit Check(const Graph& graph) : graph_(graph), is_there_(graph.values.size()) {}

  Result<void> run();

 private:
  Result<void> check_limits() const;
  Result<void> check_constants();
  Result<void> check_inputs();
  Result<void> check_node(const Node& node);
  Result<void> check_outputs() const;
  Result<void> check_attributes(const Node& node) const;
  Result<void> give(ValueId id, const char* what);
  bool is_value(ValueId id) const { return index(id) < graph_.values.size(); }

  const Graph& graph_;
  std::vector<bool> is_there_;  // by ValueId: given, or produced by a node before
};

Result<void> Check::check_limits() const {
  if (graph_.nodes.size() > static_cast<size_t>(kMaximumNodes))
    return invalid("has %zu nodes; at most %d are allowed", graph_.nodes.size(), kMaximumNodes);
  // The importer adds constants of its own to what it counts.
  if (graph_.values.size() > 2 * static_cast<size_t>(kMaximumValues))
    return invalid("has %zu values; at most %d are allowed", graph_.values.size(),
                   2 * kMaximumValues);
  return {};
}

Result<void> Check::give(ValueId id, const char* what) {
  if (!is_value(id)) return invalid("%s %zu: the graph has no such value", what, index(id));
  if (is_there_[index(id)])
    return invalid("%s %s: something else gives it too", what, quoted(graph_.at(id).name).c_str());
  is_there_[index(id)] = true;
  return {};
}

Result<void> Check::check_constants() {
  for (size_t i = 0; i < graph_.values.size(); ++i)
    if (graph_.values[i].constant) is_there_[i] = true;
  return {};
}

Result<void> Check::check_inputs() {
  for (const ValueId id : graph_.inputs) {
    GN_TRY(give(id, "input"));
    if (graph_.at(id).declared.type == DataType::kUndefined)
      return invalid("input %s: declares no element type", quoted(graph_.at(id).name).c_str());
  }
  return {};
}

Result<void> Check::check_attributes(const Node& node) const {
  const auto& all = node.attributes.all();
  if (all.size() > static_cast<size_t>(kMaximumAttributes))
    return invalid("has %zu attributes; at most %d are allowed", all.size(), kMaximumAttributes);
  for (const auto& [name, value] : all) {
    const auto schemas = schema_of(node.op).attributes;
    const auto schema = std::ranges::find(schemas, name, &AttributeSchema::name);
    if (schema == schemas.end())
      return invalid("attribute %s: %s has none of that name", quoted(name).c_str(),
                     std::string(name_of(node.op)).c_str());
    if (value.index() != static_cast<size_t>(schema->type))
      return invalid("attribute %s: is not of the type that %s has there", quoted(name).c_str(),
                     std::string(name_of(node.op)).c_str());
  }
  return {};
}

Result<void> Check::check_node(const Node& node) {
  if (node.fused) return invalid("has a fused activation; only the optimiser makes these");
  GN_TRY(check_counts(node));
  GN_TRY(check_attributes(node));
  for (const ValueId id : node.inputs) {
    if (id == kNoValue) continue;
    if (!is_value(id)) return invalid("operand %zu: the graph has no such value", index(id));
    if (!is_there_[index(id)])
      return invalid("reads %s, which nothing before it gives", quoted(graph_.at(id).name).c_str());
  }
  for (const ValueId id : node.outputs) GN_TRY(give(id, "result"));
  return {};
}

Result<void> Check::check_outputs() const {
  if (graph_.outputs.empty()) return invalid("has no outputs; a graph must have one");
  if (graph_.outputs.size() > graph_.values.size() + static_cast<size_t>(kMaximumNodeOperands))
    return invalid("has %zu outputs of %zu values", graph_.outputs.size(), graph_.values.size());
  for (const ValueId id : graph_.outputs) {
    if (!is_value(id)) return invalid("output %zu: the graph has no such value", index(id));
    if (!is_there_[index(id)])
      return invalid("output %s: nothing produces it", quoted(graph_.at(id).name).c_str());
  }
  return {};
}

Result<void> Check::run() {
  GN_TRY(check_limits());
  GN_TRY(check_names(graph_.values, "value"));
  GN_TRY(check_names(graph_.nodes, "node"));
  GN_TRY(check_constants());
  GN_TRY(check_inputs());
  for (const Node& node : graph_.nodes)
    if (const auto checked = check_node(node); !checked) return at_node(node, checked.error());
  return check_outputs();
}

}  // namespace

Result<void> check_counts(const Node& node) {
  const OperatorSchema& schema = schema_of(node.op);
  for (size_t i = 0; i < schema.minimum_inputs; ++i)
    if (i >= node.inputs.size() || node.inputs[i] == kNoValue)
      return invalid("operand %zu is missing; %s needs %zu", i,
                     std::string(name_of(node.op)).c_str(), schema.minimum_inputs);
  if (node.inputs.size() > schema.maximum_inputs)
    return invalid("has %zu operands; %s takes at most %zu", node.inputs.size(),
                   std::string(name_of(node.op)).c_str(), schema.maximum_inputs);
  if (node.outputs.empty()) return invalid("has no results; must have at least one");
  if (node.outputs.size() > schema.maximum_outputs)
    return invalid("has %zu results; %s gives at most %zu", node.outputs.size(),
                   std::string(name_of(node.op)).c_str(), schema.maximum_outputs);
  return {};
}

Result<void> check_graph(const Graph& graph) {
  return Check(graph).run();
}

}  // namespace geoneuron::perception
