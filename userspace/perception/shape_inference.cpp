// SPDX-License-Identifier: MIT
#include "perception/shape_inference.hpp"

#include "perception/operand.hpp"
#include "perception/operator_schema.hpp"
#include "perception/shape_rules.hpp"

namespace geoneuron::perception {
namespace {

using shape_rules::Infos;
using shape_rules::Rule;

Rule rule_of(Operator op) {
  switch (op) {
    case Operator::kAbs:
    case Operator::kElu:
    case Operator::kExp:
    case Operator::kHardSigmoid:
    case Operator::kIdentity:
    case Operator::kLeakyRelu:
    case Operator::kLog:
    case Operator::kNeg:
    case Operator::kRelu:
    case Operator::kSigmoid:
    case Operator::kSqrt:
    case Operator::kTanh:
      return shape_rules::same_as_input;
    case Operator::kAdd:
    case Operator::kDiv:
    case Operator::kMax:
    case Operator::kMin:
    case Operator::kMul:
    case Operator::kSub:
      return shape_rules::broadcast_all;
    case Operator::kGlobalAveragePool:
    case Operator::kGlobalMaxPool:
      return shape_rules::global_pool;
#define GEONEURON_RULE(name, rule) \
  case Operator::k##name:          \
    return shape_rules::rule;
      GEONEURON_RULE(AveragePool, average_pool)
      GEONEURON_RULE(BatchNormalization, batch_normalization)
      GEONEURON_RULE(Cast, cast)
      GEONEURON_RULE(Clip, clip)
      GEONEURON_RULE(Concat, concat)
      GEONEURON_RULE(Conv, convolution)
      GEONEURON_RULE(ConvTranspose, transposed_convolution)
      GEONEURON_RULE(Dropout, dropout)
      GEONEURON_RULE(Flatten, flatten)
      GEONEURON_RULE(Gather, gather)
      GEONEURON_RULE(Gemm, gemm)
      GEONEURON_RULE(MatMul, matrix_product)
      GEONEURON_RULE(MaxPool, max_pool)
      GEONEURON_RULE(Pad, pad)
      GEONEURON_RULE(Pow, power)
      GEONEURON_RULE(ReduceMean, reduce_mean)
      GEONEURON_RULE(Reshape, reshape)
      GEONEURON_RULE(Resize, resize)
      GEONEURON_RULE(Shape, shape)
      GEONEURON_RULE(Slice, slice)
      GEONEURON_RULE(Softmax, softmax)
      GEONEURON_RULE(Split, split)
      GEONEURON_RULE(Squeeze, squeeze)
      GEONEURON_RULE(Transpose, transpose)
      GEONEURON_RULE(Unsqueeze, unsqueeze)
#undef GEONEURON_RULE
  }
  return nullptr;
}

Result<void> check_counts(const Node& node, const OperatorSchema& schema,
                          std::span<const Operand> operands) {
  if (operands.size() > schema.maximum_inputs)
    return invalid("has %zu operands; at most %zu are defined", operands.size(),
                   schema.maximum_inputs);
  for (size_t i = 0; i < schema.minimum_inputs; ++i)
    if (!is_present(operands, i))
      return invalid("operand %zu is missing; the first %zu must be given", i,
                     schema.minimum_inputs);
  if (node.outputs.empty() || node.outputs.size() > schema.maximum_outputs)
    return invalid("has %zu results; must have between 1 and %zu", node.outputs.size(),
                   schema.maximum_outputs);
  return {};
}

Result<void> check_types(const OperatorSchema& schema, std::span<const Operand> operands) {
  const DataType type = operands[0].info.type;
  if ((schema.types & type_bit(type)) == 0)
    return invalid("operand 0 is of type %s, for which %s is not defined",
                   std::string(name_of(type)).c_str(), std::string(name_of(schema.op)).c_str());
  for (size_t i = 1; i < operands.size() && i < schema.same_type_inputs; ++i)
    if (is_present(operands, i) && operands[i].info.type != type)
      return invalid("operand %zu is of type %s; must be %s like operand 0", i,
                     std::string(name_of(operands[i].info.type)).c_str(),
                     std::string(name_of(type)).c_str());
  return {};
}

Result<Infos> checked_rule(const Node& node, std::span<const Operand> operands) {
  const OperatorSchema& schema = schema_of(node.op);
  GN_TRY(check_counts(node, schema, operands));
  GN_TRY(check_types(schema, operands));
  Infos infos = GN_TRY(rule_of(node.op)({node, operands}));
  // A rule gives all results that the operator has; a node may leave out the last ones.
  infos.resize(node.outputs.size());
  return infos;
}

}  // namespace

Result<std::vector<TensorInfo>> infer(const Node& node, std::span<const Operand> operands) {
  return with_context(checked_rule(node, operands), node.name);
}

namespace {

std::vector<size_t> value_positions(Operator op) {
  switch (op) {
    case Operator::kReshape:
    case Operator::kSqueeze:
    case Operator::kUnsqueeze:
    case Operator::kSplit:
    case Operator::kReduceMean:
      return {1};
    case Operator::kSlice:
      return {1, 2, 3, 4};
    case Operator::kDropout:
      return {1, 2};
    case Operator::kPad:
      return {1, 3};
    case Operator::kResize:
      return {1, 2, 3};
    default:
      return {};
  }
}

}  // namespace

std::vector<size_t> value_operands(const Node& node) {
  std::vector<size_t> positions = value_positions(node.op);
  std::erase_if(positions, [&node](size_t position) {
    return position >= node.inputs.size() || node.inputs[position] == kNoValue;
  });
  return positions;
}

bool reads_only_shape(const Node& node) {
  return node.op == Operator::kShape;
}

}  // namespace geoneuron::perception
