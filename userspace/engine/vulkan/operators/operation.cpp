// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/operation.hpp"

#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {

using perception::Attributes;
using perception::Operator;

std::vector<perception::Operand> Operation::operands() const {
  std::vector<perception::Operand> result;
  for (const DeviceTensor& input : inputs) result.push_back({input.info, input.constant});
  return result;
}

OperatorEntry entry_of(Operator op) {
  if (activation_of(op, Attributes())) return {record_unary, false};
  switch (op) {
    case Operator::kAdd:
    case Operator::kSub:
    case Operator::kMul:
    case Operator::kDiv:
    case Operator::kPow:
      return {record_binary, true};
    case Operator::kMax:
    case Operator::kMin:
      return {record_variadic, false};
    case Operator::kClip:
      return {record_clip, false};
    case Operator::kCast:
      return {record_cast, false};
    case Operator::kFlatten:
    case Operator::kIdentity:
    case Operator::kReshape:
    case Operator::kSqueeze:
    case Operator::kUnsqueeze:
      return {record_copy, false};
    case Operator::kTranspose:
      return {record_transpose, false};
    case Operator::kConcat:
      return {record_concat, false};
    case Operator::kSplit:
      return {record_split, false};
    case Operator::kSlice:
      return {record_slice, false};
    case Operator::kPad:
      return {record_pad, false};
    case Operator::kGather:
      return {record_gather, false};
    case Operator::kReduceMean:
      return {record_reduce_mean, false};
    case Operator::kGlobalAveragePool:
    case Operator::kGlobalMaxPool:
      return {record_global_pool, false};
    case Operator::kSoftmax:
      return {record_softmax, false};
    case Operator::kBatchNormalization:
      return {record_batch_normalization, true};
    case Operator::kConv:
    case Operator::kConvTranspose:
      return {record_convolution, true};
    case Operator::kAveragePool:
    case Operator::kMaxPool:
      return {record_pool, false};
    case Operator::kMatMul:
      return {record_matrix_product, true};
    case Operator::kGemm:
      return {record_gemm, true};
    case Operator::kResize:
      return {record_resize, false};
    default:
      return {};
  }
}

std::optional<Activation> activation_of(Operator op, const Attributes& attributes) {
  switch (op) {
    case Operator::kAbs:
      return Activation{GN_ABS};
    case Operator::kExp:
      return Activation{GN_EXP};
    case Operator::kLog:
      return Activation{GN_LOG};
    case Operator::kNeg:
      return Activation{GN_NEG};
    case Operator::kRelu:
      return Activation{GN_RELU};
    case Operator::kSigmoid:
      return Activation{GN_SIGMOID};
    case Operator::kSqrt:
      return Activation{GN_SQRT};
    case Operator::kTanh:
      return Activation{GN_TANH};
    case Operator::kElu:
      return Activation{GN_ELU, attributes.number("alpha", 1.0f)};
    case Operator::kLeakyRelu:
      return Activation{GN_LEAKY_RELU, attributes.number("alpha", 0.01f)};
    case Operator::kHardSigmoid:
      return Activation{GN_HARD_SIGMOID, attributes.number("alpha", 0.2f),
                        attributes.number("beta", 0.5f)};
    default:
      return std::nullopt;
  }
}

Activation activation_of(const perception::FusedActivation& fused) {
  if (fused.op == Operator::kClip) return {GN_CLIP, fused.minimum, fused.maximum};
  return activation_of(fused.op, fused.attributes).value_or(Activation{});
}

}  // namespace geoneuron::engine::vulkan
