// SPDX-License-Identifier: MIT
// OperatorSchema: what a node of each operator looks like in canonical form: how many operands and
// results, which attributes of which type, which element types. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "perception/data_type.hpp"
#include "perception/operator.hpp"

namespace geoneuron::perception {

// In the order of the alternatives of `Attribute`.
enum class AttributeType : uint8_t { kInteger, kNumber, kText, kIntegers, kNumbers, kTexts };

struct AttributeSchema {
  std::string_view name;
  AttributeType type;
};

// A set of element types, one bit per DataType number.
using TypeSet = uint32_t;
constexpr TypeSet type_bit(DataType type) {
  return TypeSet{1} << static_cast<uint32_t>(type);
}

struct OperatorSchema {
  Operator op;
  // Those up to minimum_inputs may not be left out.
  size_t minimum_inputs;
  size_t maximum_inputs;
  size_t maximum_outputs;
  // Element types of operand 0.
  TypeSet types;
  // So many operands, from 0 on, must share one element type.
  size_t same_type_inputs;
  std::span<const AttributeSchema> attributes;
};

// Operands and results are bounded where ONNX says "variadic".
inline constexpr size_t kMaximumOperands = 65536;

const OperatorSchema& schema_of(Operator op);

}  // namespace geoneuron::perception
