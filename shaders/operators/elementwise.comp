// SPDX-License-Identifier: MIT
// out[i] = activation(op(a[i], b[i])) with numpy's broadcasting: an operand's stride is 0 along an
// axis that it is repeated over.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"
#include "unary.glsl"

layout(constant_id = 0) const uint kOp = GN_COPY;
layout(constant_id = 1) const uint kActivation = GN_COPY;
layout(constant_id = 2) const uint kRank = 1;
// Four elements along the innermost axis per invocation; an operand that is repeated along it is
// read once.
layout(constant_id = 3) const bool kFour = false;
layout(constant_id = 4) const bool kFourA = false;
layout(constant_id = 5) const bool kFourB = false;

layout(set = 0, binding = 0, std430) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer a_values;
layout(set = 0, binding = 2) uniform textureBuffer b_values;

layout(push_constant) uniform Parameters {
  uint count;
  float alpha, beta;                    // of kOp
  float activation_alpha, activation_beta;
  uint extents[8], a_strides[8], b_strides[8];  // innermost first
} p;

float power(float a, float b) {
  if (b == 0.0 || a == 1.0) return 1.0;
  if (is_nan(a) || is_nan(b)) return is_nan(a) ? a : b;
  if (b == 1.0) return a;
  if (b == 2.0) return a * a;
  if (b == 3.0) return a * a * a;
  if (b == 0.5 && a >= 0.0) return sqrt(a);
  if (a > 0.0) return pow(a, b);
  bool whole = floor(b) == b;
  bool odd = whole && floor(b * 0.5) != b * 0.5;
  if (a == 0.0) return b > 0.0 ? 0.0 : uintBitsToFloat(0x7f800000u);
  if (!whole) return uintBitsToFloat(0x7fc00000u);
  float magnitude = pow(-a, b);
  return odd ? -magnitude : magnitude;
}

float binary(float a, float b) {
  switch (kOp) {
    case GN_ADD: return a + b;
    case GN_SUB: return a - b;
    case GN_MUL: return a * b;
    case GN_DIV: return a / b;
    case GN_POW: return power(a, b);
    case GN_MAX: return is_nan(a) ? a : is_nan(b) ? b : max(a, b);
    case GN_MIN: return is_nan(a) ? a : is_nan(b) ? b : min(a, b);
  }
  return a;
}

void main() {
  uint index = grid_index();
  if (index >= p.count) return;
  uint a = 0, b = 0, rest = index;
  for (uint axis = 0; axis + 1 < kRank; ++axis) {
    uint outer = rest / p.extents[axis];
    uint i = rest - outer * p.extents[axis];
    a += i * p.a_strides[axis];
    b += i * p.b_strides[axis];
    rest = outer;
  }
  a += rest * p.a_strides[kRank - 1];
  b += rest * p.b_strides[kRank - 1];
  vec4 x = texelFetch(a_values, int(a));
  vec4 y = kOp >= GN_ADD ? texelFetch(b_values, int(b)) : vec4(0.0);
  if (!kFourA) x = x.xxxx;
  if (!kFourB) y = y.xxxx;
  const uint kElements = kFour ? 4 : 1;
  for (uint i = 0; i < kElements; ++i) {
    float z = kOp >= GN_ADD ? binary(x[i], y[i]) : unary(kOp, x[i], p.alpha, p.beta);
    result[index * kElements + i] = unary(kActivation, z, p.activation_alpha, p.activation_beta);
  }
}
