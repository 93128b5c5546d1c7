// SPDX-License-Identifier: MIT
// Reduces a strided set of elements per result. A long set is cut into chunks, one result each,
// which a second pass reduces: no invocation loops more than GN_LOOP_LIMIT times.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(constant_id = 0) const uint kKind = GN_REDUCE_SUM;
layout(constant_id = 1) const uint kKeptRank = 1;
layout(constant_id = 2) const uint kReducedRank = 1;

layout(set = 0, binding = 0, std430) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer values;
layout(set = 0, binding = 2) uniform textureBuffer shifts;  // one per result (GN_REDUCE_SUM_EXP)

layout(push_constant) uniform Parameters {
  uint count;         // results x chunks
  uint chunks;        // per result
  uint chunk_length;  // elements of a chunk; the last may be shorter
  uint elements;      // per result
  float scale;        // of the sum
  uint extents[8], strides[8];  // kept axes first, innermost first; then the reduced ones
} p;

uint offset_of(uint rest, uint first, uint rank) {
  uint offset = 0;
  for (uint axis = 0; axis + 1 < rank; ++axis) {
    uint outer = rest / p.extents[first + axis];
    offset += (rest - outer * p.extents[first + axis]) * p.strides[first + axis];
    rest = outer;
  }
  return offset + rest * p.strides[first + rank - 1];
}

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint which = item / p.chunks;
  uint begin = (item - which * p.chunks) * p.chunk_length;
  uint end = min(begin + p.chunk_length, p.elements);
  uint base = offset_of(which, 0, kKeptRank);
  float shift = kKind == GN_REDUCE_SUM_EXP ? texelFetch(shifts, int(which)).x : 0.0;
  float total = kKind == GN_REDUCE_MAX ? uintBitsToFloat(0xff800000u) : 0.0;
  for (uint i = begin; i < end; ++i) {
    float x = texelFetch(values, int(base + offset_of(i, kKeptRank, kReducedRank))).x;
    if (kKind == GN_REDUCE_MAX)
      total = x > total || (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u ? x : total;
    else
      total += kKind == GN_REDUCE_SUM_EXP ? exp(x - shift) : x;
  }
  result[item] = kKind == GN_REDUCE_MAX ? total : total * p.scale;
}
