// SPDX-License-Identifier: MIT
#include "engine/cpu/float_loops.hpp"

#include <cmath>

#include "engine/cpu/machines.hpp"

// One operation per loop: nothing here can be contracted to a fused multiply-add, so all
// instruction sets give the same bits.
#define GN_FLOAT_LOOPS(name, expression)                                                           \
  GN_ALL_MACHINES void name##_both(const float* a, const float* b, float* result, int64_t count) { \
    for (int64_t i = 0; i < count; ++i) {                                                          \
      const float x = a[i], y = b[i];                                                              \
      result[i] = expression;                                                                      \
    }                                                                                              \
  }                                                                                                \
  GN_ALL_MACHINES void name##_one_b(const float* a, const float* b, float* result,                 \
                                    int64_t count) {                                               \
    const float y = *b;                                                                            \
    for (int64_t i = 0; i < count; ++i) {                                                          \
      const float x = a[i];                                                                        \
      result[i] = expression;                                                                      \
    }                                                                                              \
  }                                                                                                \
  GN_ALL_MACHINES void name##_one_a(const float* a, const float* b, float* result,                 \
                                    int64_t count) {                                               \
    const float x = *a;                                                                            \
    for (int64_t i = 0; i < count; ++i) {                                                          \
      const float y = b[i];                                                                        \
      result[i] = expression;                                                                      \
    }                                                                                              \
  }

namespace geoneuron::engine::cpu {
namespace {

GN_FLOAT_LOOPS(add, x + y)
GN_FLOAT_LOOPS(subtract, x - y)
GN_FLOAT_LOOPS(multiply, x* y)
GN_FLOAT_LOOPS(divide, x / y)
GN_FLOAT_LOOPS(maximum, x >= y || x != x ? x : y)
GN_FLOAT_LOOPS(minimum, x <= y || x != x ? x : y)

GN_ALL_MACHINES void relu(const float* a, const float*, float* result, int64_t count) {
  for (int64_t i = 0; i < count; ++i) result[i] = a[i] < 0.0f ? 0.0f : a[i];
}

GN_ALL_MACHINES void absolute(const float* a, const float*, float* result, int64_t count) {
  for (int64_t i = 0; i < count; ++i) result[i] = std::fabs(a[i]);
}

}  // namespace

GN_ALL_MACHINES void clip_floats(const float* a, const float* minimum, const float* maximum,
                                 float* result, int64_t count) {
  const float low = *minimum, high = *maximum;
  for (int64_t i = 0; i < count; ++i) {
    const float raised = a[i] < low ? low : a[i];
    result[i] = raised > high ? high : raised;
  }
}

bool activate_floats(const perception::FusedActivation& activation, const float* a, float* result,
                     int64_t count) {
  if (activation.op == perception::Operator::kRelu)
    relu(a, nullptr, result, count);
  else if (activation.op == perception::Operator::kClip)
    clip_floats(a, &activation.minimum, &activation.maximum, result, count);
  else
    return false;
  return true;
}

GN_ALL_MACHINES void add_to_rows(float* values, const float* addends, int64_t rows,
                                 int64_t columns) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < columns; ++i) values[row * columns + i] += addends[i];
}

FloatLoop float_loop(perception::Operator op, FloatOperands operands) {
  using enum perception::Operator;
  struct Entry {
    perception::Operator op;
    FloatLoop loops[3];
  };
  static constexpr Entry kEntries[] = {
      {kAdd, {add_both, add_one_b, add_one_a}},
      {kSub, {subtract_both, subtract_one_b, subtract_one_a}},
      {kMul, {multiply_both, multiply_one_b, multiply_one_a}},
      {kDiv, {divide_both, divide_one_b, divide_one_a}},
      {kMax, {maximum_both, maximum_one_b, maximum_one_a}},
      {kMin, {minimum_both, minimum_one_b, minimum_one_a}},
      {kAbs, {absolute, absolute, absolute}},
      {kRelu, {relu, relu, relu}},
  };
  for (const Entry& entry : kEntries)
    if (entry.op == op) return entry.loops[static_cast<size_t>(operands)];
  return nullptr;
}

}  // namespace geoneuron::engine::cpu
