// SPDX-License-Identifier: MIT
// GraphDraft: a Graph under construction, with names, and with the type and rank of each value as
// far as they follow from what was added before. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "perception/graph.hpp"

namespace geoneuron::perception {

class GraphDraft {
 public:
  // The value of that name, made where there is none; kNoValue for "".
  ValueId value(const std::string& name);
  bool has(const std::string& name) const { return ids_.contains(name); }
  // Makes the value of that name a constant.
  ValueId set_constant(const std::string& name, Tensor tensor);
  // A new constant or result, called `stem` or, where that is taken, something like it.
  ValueId add_constant(const std::string& stem, Tensor tensor);
  ValueId add_result(const std::string& stem);
  void declare(ValueId id, Declaration declaration);
  void add_input(ValueId id, Declaration declaration);
  bool is_input(ValueId id) const { return known_[index(id)].is_input; }

  // Adds the node under a unique name and derives what is known of its results.
  void add_node(Node node);

  const Tensor* constant(ValueId id) const;
  // kUndefined or nothing where unknown.
  DataType type(ValueId id) const;
  std::optional<size_t> rank(ValueId id) const;

  Graph& graph() { return graph_; }

 private:
  struct Known {
    DataType type = DataType::kUndefined;
    std::optional<size_t> rank;
    bool is_input = false;
  };
  using Numbers = std::unordered_map<std::string, size_t>;

  // `stem`, or the first "stem_1", "stem_2", ... that `is_taken` does not have.
  template <typename IsTaken>
  static std::string unique(const std::string& stem, Numbers& next, IsTaken is_taken);
  std::string unique_value(const std::string& stem);
  void learn(ValueId id, DataType type, std::optional<size_t> rank);
  void learn_results(const Node& node);
  std::optional<size_t> result_rank(const Node& node) const;
  // The number of entries in operand `position`, a constant list.
  std::optional<size_t> list_length(const Node& node, size_t position) const;

  Graph graph_;
  std::vector<Known> known_;  // by ValueId
  std::unordered_map<std::string, ValueId> ids_;
  std::unordered_set<std::string> node_names_;
  // The number that a name was last tried with: so many equal names cost no time squared.
  Numbers next_value_, next_node_;
};

}  // namespace geoneuron::perception
