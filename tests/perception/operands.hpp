// SPDX-License-Identifier: MIT
// Operands and nodes for tests in one line each.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

inline Operand shaped(Shape shape, DataType type = DataType::kFloat32) {
  return {{type, std::move(shape)}, nullptr};
}

// The tensor must outlive the operand.
inline Operand known(const Tensor& tensor) {
  return {tensor.info(), &tensor};
}

inline Node make_node(Operator op,
                      std::initializer_list<std::pair<const char*, Attribute>> list = {},
                      size_t results = 1) {
  Node node;
  node.op = op;
  node.name = "node";
  node.outputs.assign(results, ValueId{0});
  for (const auto& [name, value] : list) node.attributes.set(name, value);
  return node;
}

inline std::vector<int64_t> ints(std::initializer_list<int64_t> values) {
  return values;
}

}  // namespace geoneuron::perception
