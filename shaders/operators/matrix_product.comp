// SPDX-License-Identifier: MIT
// C[b] = activation(alpha * A[b] B[b] + beta * D): an invocation computes 4 x 4 elements (1 x 4 of
// a vector), taking four steps of k at a time. Long sums are cut into passes that add to what is
// there.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"
#include "unary.glsl"

// Whether operands are read four at a time: A along k, B along n.
layout(constant_id = 0) const bool kVectorA = false;
layout(constant_id = 1) const bool kVectorB = false;
layout(constant_id = 2) const bool kFirst = true;
layout(constant_id = 3) const bool kLast = true;
layout(constant_id = 4) const bool kHasBias = false;
layout(constant_id = 5) const uint kActivation = GN_COPY;
layout(constant_id = 6) const uint kRows = 4;  // of a tile

layout(set = 0, binding = 0, std430) buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer a_values;
layout(set = 0, binding = 2) uniform textureBuffer b_values;
layout(set = 0, binding = 3) uniform textureBuffer bias;

layout(push_constant) uniform Parameters {
  uint count;      // invocations
  uint rows, columns;  // of one result
  uint begin, end;     // of k in this pass; begin is a multiple of 4
  uint a_row, a_k, b_k, b_column, bias_row, bias_column;  // strides in elements
  uint batch_extents[4], a_batch[4], b_batch[4];          // innermost first
  float alpha, beta;
  float activation_alpha, activation_beta;
} p;

// A[row][k .. k + 3]; zeros beyond the end.
vec4 load_a(uint base, uint row, uint k) {
  uint at = base + row * p.a_row + k * p.a_k;
  if (kVectorA) return texelFetch(a_values, int(at / 4));
  vec4 x;
  for (uint i = 0; i < 4; ++i) {
    bool inside = k + i < p.end;
    float value = texelFetch(a_values, int(inside ? at + i * p.a_k : base)).x;
    x[i] = inside ? value : 0.0;
  }
  return x;
}

// B[k][column .. column + 3]; zeros beyond the end of k.
vec4 load_b(uint base, uint k, uint column) {
  bool inside = k < p.end;
  uint at = base + (inside ? k : 0) * p.b_k + column * p.b_column;
  vec4 x;
  if (kVectorB) {
    x = texelFetch(b_values, int(at / 4));
  } else {
    uint room = p.columns - 1 - column;
    for (uint i = 0; i < 4; ++i)
      x[i] = texelFetch(b_values, int(at + min(i, room) * p.b_column)).x;
  }
  return inside ? x : vec4(0.0);
}

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint column_tiles = (p.columns + 3) / 4, row_tiles = (p.rows + kRows - 1) / kRows;
  uint column = item % column_tiles * 4;
  uint row = item / column_tiles % row_tiles * kRows;
  uint batch = item / (column_tiles * row_tiles);
  uint a_base = 0, b_base = 0, rest = batch;
  for (uint axis = 0; axis < 4; ++axis) {
    uint outer = rest / p.batch_extents[axis];
    uint i = rest - outer * p.batch_extents[axis];
    a_base += i * p.a_batch[axis];
    b_base += i * p.b_batch[axis];
    rest = outer;
  }
  vec4 sum[kRows];
  for (uint r = 0; r < kRows; ++r) sum[r] = vec4(0.0);
  for (uint k = p.begin; k < p.end; k += 4) {
    vec4 b0 = load_b(b_base, k, column), b1 = load_b(b_base, k + 1, column);
    vec4 b2 = load_b(b_base, k + 2, column), b3 = load_b(b_base, k + 3, column);
    for (uint r = 0; r < kRows; ++r) {
      vec4 a = load_a(a_base, min(row + r, p.rows - 1), k);
      sum[r] += a.x * b0;
      sum[r] += a.y * b1;
      sum[r] += a.z * b2;
      sum[r] += a.w * b3;
    }
  }
  for (uint r = 0; r < kRows; ++r)
    for (uint c = 0; c < 4; ++c) {
      if (row + r >= p.rows || column + c >= p.columns) continue;
      uint at = (batch * p.rows + row + r) * p.columns + column + c;
      float x = kFirst ? sum[r][c] : result[at] + sum[r][c];
      if (kLast) {
        x *= p.alpha;
        if (kHasBias)
          x += p.beta *
               texelFetch(bias, int((row + r) * p.bias_row + (column + c) * p.bias_column)).x;
        x = unary(kActivation, x, p.activation_alpha, p.activation_beta);
      }
      result[at] = x;
    }
}
