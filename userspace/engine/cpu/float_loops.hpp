// SPDX-License-Identifier: MIT
// The element-wise loops over float32 in which networks spend their time, compiled for several
// instruction sets; the best one is chosen when the program is loaded. Thread-safe.
#pragma once

#include <cstdint>

#include "perception/graph.hpp"

namespace geoneuron::engine::cpu {

// result[i] = f(a[i], b[i]) for i < count; an operand that is one element for all i is passed by
// its address all the same. `result` may be `a` or `b`.
using FloatLoop = void (*)(const float* a, const float* b, float* result, int64_t count);

enum class FloatOperands : uint8_t { kBoth, kOneB, kOneA };

// The loop of Add, Sub, Mul, Div, Max, Min, or of Abs or Relu (which ignore b); null for other
// operators.
// Every loop gives bit by bit what the plain kernel of the operator gives.
FloatLoop float_loop(perception::Operator op, FloatOperands operands);

// result[i] = a[i] held between *minimum and *maximum, as Clip.
void clip_floats(const float* a, const float* minimum, const float* maximum, float* result,
                 int64_t count);

// result[i] = a fused Relu or Clip of a[i]; `result` may be `a`. False, and nothing is done, for
// other activations.
bool activate_floats(const perception::FusedActivation& activation, const float* a, float* result,
                     int64_t count);

// Adds addends[0 .. columns) to each of the rows of `values`.
void add_to_rows(float* values, const float* addends, int64_t rows, int64_t columns);

}  // namespace geoneuron::engine::cpu
