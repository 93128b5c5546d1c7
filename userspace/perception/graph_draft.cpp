// SPDX-License-Identifier: MIT
#include "perception/graph_draft.hpp"

#include <algorithm>

namespace geoneuron::perception {
namespace {

std::optional<size_t> plus(std::optional<size_t> rank, std::optional<size_t> more) {
  if (!rank || !more) return std::nullopt;
  return *rank + *more;
}

std::optional<size_t> minus(std::optional<size_t> rank, std::optional<size_t> less) {
  if (!rank || !less || *less > *rank) return std::nullopt;
  return *rank - *less;
}

DataType result_type(const Node& node, DataType input) {
  if (node.op == Operator::kShape) return DataType::kInt64;
  if (node.op == Operator::kCast) return static_cast<DataType>(node.attributes.integer("to", 0));
  return input;
}

}  // namespace

ValueId GraphDraft::value(const std::string& name) {
  if (name.empty()) return kNoValue;
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  const ValueId id = graph_.add_value({name, {}, std::nullopt});
  known_.emplace_back();
  ids_.emplace(name, id);
  return id;
}

ValueId GraphDraft::set_constant(const std::string& name, Tensor tensor) {
  const ValueId id = value(name);
  learn(id, tensor.type(), tensor.shape().rank());
  graph_.at(id).constant = std::move(tensor);
  return id;
}

ValueId GraphDraft::add_constant(const std::string& stem, Tensor tensor) {
  return set_constant(unique_value(stem), std::move(tensor));
}

ValueId GraphDraft::add_result(const std::string& stem) {
  return value(unique_value(stem));
}

void GraphDraft::declare(ValueId id, Declaration declaration) {
  std::optional<size_t> rank;
  if (declaration.dimensions) rank = declaration.dimensions->size();
  learn(id, declaration.type, rank);
  graph_.at(id).declared = std::move(declaration);
}

void GraphDraft::add_input(ValueId id, Declaration declaration) {
  declare(id, std::move(declaration));
  known_[index(id)].is_input = true;
  graph_.inputs.push_back(id);
}

template <typename IsTaken>
std::string GraphDraft::unique(const std::string& stem, Numbers& next, IsTaken is_taken) {
  if (!is_taken(stem)) return stem;
  size_t& number = next[stem];
  std::string name;
  do name = stem + "_" + std::to_string(++number);
  while (is_taken(name));
  return name;
}

void GraphDraft::add_node(Node node) {
  node.name = unique(node.name, next_node_,
                     [this](const std::string& name) { return node_names_.contains(name); });
  node_names_.insert(node.name);
  learn_results(node);
  graph_.nodes.push_back(std::move(node));
}

const Tensor* GraphDraft::constant(ValueId id) const {
  if (id == kNoValue || !graph_.at(id).constant) return nullptr;
  return &*graph_.at(id).constant;
}

DataType GraphDraft::type(ValueId id) const {
  return id == kNoValue ? DataType::kUndefined : known_[index(id)].type;
}

std::optional<size_t> GraphDraft::rank(ValueId id) const {
  return id == kNoValue ? std::nullopt : known_[index(id)].rank;
}

std::string GraphDraft::unique_value(const std::string& stem) {
  return unique(stem, next_value_, [this](const std::string& name) { return ids_.contains(name); });
}

void GraphDraft::learn(ValueId id, DataType type, std::optional<size_t> rank) {
  if (id == kNoValue) return;
  Known& known = known_[index(id)];
  if (type != DataType::kUndefined) known.type = type;
  if (rank) known.rank = rank;
}

void GraphDraft::learn_results(const Node& node) {
  const DataType input = node.inputs.empty() ? DataType::kUndefined : type(node.inputs[0]);
  const DataType result = result_type(node, input);
  const std::optional<size_t> known_rank = result_rank(node);
  for (const ValueId output : node.outputs) learn(output, result, known_rank);
}

std::optional<size_t> GraphDraft::list_length(const Node& node, size_t position) const {
  if (position >= node.inputs.size()) return std::nullopt;
  const Tensor* tensor = constant(node.inputs[position]);
  if (tensor == nullptr) return std::nullopt;
  return static_cast<size_t>(tensor->element_count());
}

std::optional<size_t> GraphDraft::result_rank(const Node& node) const {
  const auto of = [&](size_t position) {
    return position < node.inputs.size() ? rank(node.inputs[position]) : std::nullopt;
  };
  switch (node.op) {
    case Operator::kShape:
      return 1;
    case Operator::kFlatten:
    case Operator::kGemm:
      return 2;
    case Operator::kReshape:
      return list_length(node, 1);
    case Operator::kUnsqueeze:
      return plus(of(0), list_length(node, 1));
    case Operator::kSqueeze:
      return minus(of(0), list_length(node, 1));
    case Operator::kGather:
      return minus(plus(of(0), of(1)), 1);
    case Operator::kReduceMean:
      if (node.attributes.integer("keepdims", 1) != 0) return of(0);
      return node.inputs.size() > 1 ? minus(of(0), list_length(node, 1)) : 0;
    case Operator::kMatMul:
      if (!of(0) || !of(1) || *of(0) < 2 || *of(1) < 2) return std::nullopt;
      return std::max(*of(0), *of(1));
    case Operator::kAdd:
    case Operator::kDiv:
    case Operator::kMul:
    case Operator::kPow:
    case Operator::kSub:
      if (!of(0) || !of(1)) return std::nullopt;
      return std::max(*of(0), *of(1));
    default:
      return of(0);
  }
}

}  // namespace geoneuron::perception
