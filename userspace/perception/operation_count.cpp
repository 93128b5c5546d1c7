// SPDX-License-Identifier: MIT
#include <algorithm>

#include "perception/operand.hpp"
#include "perception/shape_inference.hpp"
#include "perception/window.hpp"

namespace geoneuron::perception {
namespace {

uint64_t elements(const TensorInfo& info) {
  return static_cast<uint64_t>(info.element_count());
}

// Products saturate: a prediction beyond 2^64 is "too much", not a small number.
uint64_t times(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

// Multiply-adds per element of `per`: all of the weights' elements but its channel axis.
uint64_t convolution_count(const TensorInfo& per, const TensorInfo& weights) {
  const Shape& shape = weights.shape;
  return times(times(2, elements(per)), static_cast<uint64_t>(shape.count(1, shape.rank())));
}

uint64_t matrix_count(const Node& node, std::span<const Operand> operands,
                      const TensorInfo& result) {
  const Shape& a = operands[0].info.shape;
  const bool flipped = node.op == Operator::kGemm && node.attributes.integer("transA", 0) != 0;
  const int64_t inner = a.rank() == 0 ? 1 : a[flipped ? 0 : a.rank() - 1];
  return times(times(2, elements(result)), static_cast<uint64_t>(inner));
}

uint64_t pool_count(const Node& node, const TensorInfo& input, const TensorInfo& result) {
  const auto window = pool_window(node.attributes, input.shape);
  if (!window.has_value()) return 0;
  return times(elements(result), static_cast<uint64_t>(window->kernel_elements()));
}

// Rough costs of one element, in the operations that a core spends on it.
constexpr uint64_t kCheap = 1;
constexpr uint64_t kTranscendental = 8;

uint64_t elementwise_cost(Operator op) {
  switch (op) {
    case Operator::kElu:
    case Operator::kExp:
    case Operator::kLog:
    case Operator::kPow:
    case Operator::kSigmoid:
    case Operator::kSoftmax:
    case Operator::kTanh:
      return kTranscendental;
    case Operator::kBatchNormalization:
    case Operator::kHardSigmoid:
    case Operator::kResize:
      return 4 * kCheap;
    case Operator::kAbs:
    case Operator::kAdd:
    case Operator::kClip:
    case Operator::kDiv:
    case Operator::kLeakyRelu:
    case Operator::kMul:
    case Operator::kNeg:
    case Operator::kRelu:
    case Operator::kSqrt:
    case Operator::kSub:
      return kCheap;
    default:
      return 0;
  }
}

}  // namespace

uint64_t operation_count(const Node& node, std::span<const Operand> operands,
                         std::span<const TensorInfo> results) {
  if (operands.empty() || results.empty()) return 0;
  const TensorInfo& input = operands[0].info;
  switch (node.op) {
    case Operator::kConv:
      return is_present(operands, 1) ? convolution_count(results[0], operands[1].info) : 0;
    case Operator::kConvTranspose:
      return is_present(operands, 1) ? convolution_count(input, operands[1].info) : 0;
    case Operator::kMatMul:
    case Operator::kGemm:
      return matrix_count(node, operands, results[0]);
    case Operator::kAveragePool:
    case Operator::kMaxPool:
      return pool_count(node, input, results[0]);
    case Operator::kGlobalAveragePool:
    case Operator::kGlobalMaxPool:
    case Operator::kReduceMean:
      return elements(input);
    case Operator::kMax:
    case Operator::kMin:
      return times(elements(results[0]), operands.size() - 1);
    default:
      return times(elements(results[0]), elementwise_cost(node.op));
  }
}

}  // namespace geoneuron::perception
