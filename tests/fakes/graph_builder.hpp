// SPDX-License-Identifier: MIT
// GraphBuilder: small graphs for tests, in one line per node. Names are unique: a value is named
// after its node.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "perception/graph.hpp"

namespace geoneuron::perception {

class GraphBuilder {
 public:
  ValueId input(const std::string& name, TensorInfo info) {
    Declaration declared{info.type, std::vector<Dimension>()};
    for (const int64_t extent : info.shape.extents()) declared.dimensions->push_back({extent, ""});
    const ValueId id = graph_.add_value({name, std::move(declared), std::nullopt});
    graph_.inputs.push_back(id);
    return id;
  }
  ValueId constant(const std::string& name, Tensor tensor) {
    return graph_.add_value({name, {}, std::move(tensor)});
  }
  ValueId floats(const std::string& name, Shape shape, const std::vector<float>& values) {
    return constant(name, Tensor::from<float>(std::move(shape), values));
  }
  ValueId integers(const std::string& name, std::vector<int64_t> values) {
    return constant(name, Tensor::from_int64s(std::move(values)));
  }
  // A node with one result, which has the node's name.
  ValueId node(const std::string& name, Operator op, std::vector<ValueId> inputs,
               std::vector<std::pair<std::string, Attribute>> attributes = {}) {
    Node made;
    made.op = op;
    made.name = name;
    made.inputs = std::move(inputs);
    for (auto& [key, value] : attributes) made.attributes.set(key, std::move(value));
    made.outputs = {graph_.add_value({name, {}, std::nullopt})};
    graph_.nodes.push_back(std::move(made));
    return graph_.nodes.back().outputs[0];
  }
  Graph& graph() { return graph_; }
  Graph graph(std::vector<ValueId> outputs) {
    graph_.outputs = std::move(outputs);
    return graph_;
  }

 private:
  Graph graph_;
};

}  // namespace geoneuron::perception
