// SPDX-License-Identifier: MIT
// Moves 32-bit words between two strided layouts: out[o(i)] = in[a(i)]. A stride may be 0 (repeat)
// or negative (reverse), in two's complement.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(constant_id = 0) const uint kRank = 1;

layout(set = 0, binding = 0, std430) writeonly buffer Output { uint result[]; };
layout(set = 0, binding = 1) uniform utextureBuffer words;

layout(push_constant) uniform Parameters {
  uint count, in_base, out_base;
  uint extents[8], in_strides[8], out_strides[8];  // innermost first
} p;

void main() {
  uint rest = grid_index();
  if (rest >= p.count) return;
  uint from = p.in_base, to = p.out_base;
  for (uint axis = 0; axis + 1 < kRank; ++axis) {
    uint outer = rest / p.extents[axis];
    uint i = rest - outer * p.extents[axis];
    from += i * p.in_strides[axis];
    to += i * p.out_strides[axis];
    rest = outer;
  }
  from += rest * p.in_strides[kRank - 1];
  to += rest * p.out_strides[kRank - 1];
  result[to] = texelFetch(words, int(from)).x;
}
