// SPDX-License-Identifier: MIT
// One-line nodes and tensors for tests of single operators.
#pragma once

#include <random>
#include <utility>
#include <vector>

#include "engine/cpu/evaluate.hpp"

namespace geoneuron::engine::test {

using perception::Attribute;
using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;

using NamedAttributes = std::vector<std::pair<std::string, Attribute>>;

// A node whose operands and results are numbered; evaluate_on_cpu looks only at their presence.
inline Node make_node(Operator op, size_t inputs, const NamedAttributes& attributes = {},
                      size_t outputs = 1) {
  Node node;
  node.op = op;
  node.name = "node";
  uint32_t id = 0;
  for (size_t i = 0; i < inputs; ++i) node.inputs.push_back(perception::ValueId{id++});
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(perception::ValueId{id++});
  for (const auto& [name, value] : attributes) node.attributes.set(name, value);
  return node;
}

template <typename T>
Tensor tensor(Shape shape, std::vector<T> values) {
  return Tensor::from<T>(std::move(shape), values);
}

inline Tensor floats(Shape shape, std::vector<float> values) {
  return tensor<float>(std::move(shape), std::move(values));
}

// Uniform in [-1, 1), the same on every machine.
inline Tensor random_floats(Shape shape, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(static_cast<size_t>(shape.element_count()));
  for (float& value : values)
    value = static_cast<float>(engine() >> 8) / static_cast<float>(1 << 23) - 1.0f;
  return floats(std::move(shape), std::move(values));
}

inline Result<std::vector<Tensor>> run_all(const Node& node, const std::vector<Tensor>& inputs) {
  return evaluate_on_cpu(node, inputs);
}

// The first result; an undefined tensor where the node fails, and the test says why.
Tensor run(const Node& node, const std::vector<Tensor>& inputs);

template <typename T>
std::vector<T> values_of(const Tensor& tensor) {
  if (!tensor.is_defined()) return {};
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

// Element `i` in double.
inline double at(const Tensor& tensor, int64_t i) {
  return static_cast<double>(tensor.values<float>()[static_cast<size_t>(i)]);
}

}  // namespace geoneuron::engine::test
