// SPDX-License-Identifier: MIT
// Graph: a neural network as nodes over values, in an order in which every value is produced before
// it is used. A plain value; passes copy it and change the copy.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "perception/attributes.hpp"
#include "perception/operator.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::perception {

enum class ValueId : uint32_t {};
enum class NodeId : uint32_t {};

// An optional operand or result that a node leaves out.
inline constexpr ValueId kNoValue{std::numeric_limits<uint32_t>::max()};

constexpr size_t index(ValueId id) {
  return static_cast<size_t>(id);
}
constexpr size_t index(NodeId id) {
  return static_cast<size_t>(id);
}

// One extent as the model declares it: a number, a name ("N"), or neither.
struct Dimension {
  std::optional<int64_t> extent;
  std::string symbol;
};

// Type and shape as the model declares them; no dimensions at all where the rank is undeclared.
struct Declaration {
  DataType type = DataType::kUndefined;
  std::optional<std::vector<Dimension>> dimensions;
};

// A tensor by name: a graph input, a constant, or what one node produces.
struct Value {
  std::string name;
  Declaration declared;
  std::optional<Tensor> constant;
};

// An activation that a node applies to its first result. Made by the optimiser only.
struct FusedActivation {
  Operator op = Operator::kRelu;
  Attributes attributes;
  // Clip: bounds, infinite where the model gives none, so that infinities pass; unused otherwise.
  float minimum = -std::numeric_limits<float>::infinity();
  float maximum = std::numeric_limits<float>::infinity();
  // The result before the activation, where somebody keeps it; else kNoValue.
  ValueId before = kNoValue;
};

struct Node {
  Operator op = Operator::kIdentity;
  // As in the model, or "Conv_12" where the model gives none; unique in a graph.
  std::string name;
  // kNoValue stands for an operand or result that is left out.
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::optional<FusedActivation> fused;
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  // Inputs that the caller must give; constants that a model also lists as inputs are not among
  // them.
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  Value& at(ValueId id) { return values[index(id)]; }
  const Value& at(ValueId id) const { return values[index(id)]; }
  Node& at(NodeId id) { return nodes[index(id)]; }
  const Node& at(NodeId id) const { return nodes[index(id)]; }

  ValueId add_value(Value value);
  std::optional<ValueId> find(std::string_view name) const;
  // For each value the node that produces it, if any.
  std::vector<std::optional<NodeId>> producers() const;
  // For each value the number of operands that read it, plus one if it is a graph output.
  std::vector<uint32_t> use_counts() const;
};

}  // namespace geoneuron::perception
