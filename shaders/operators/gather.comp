// SPDX-License-Identifier: MIT
// out[o][i][w] = data[o][indices[i]][w] for words w. A wrong index is noted, not followed.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(constant_id = 0) const uint kIndexWords = 2;  // 1: int32, 2: int64

layout(set = 0, binding = 0, std430) writeonly buffer Output { uint result[]; };
layout(set = 0, binding = 1, std430) buffer Errors { uint error_count; };
layout(set = 0, binding = 2) uniform utextureBuffer data;
layout(set = 0, binding = 3) uniform utextureBuffer indices;

layout(push_constant) uniform Parameters {
  uint count, extent, index_count, inner;  // inner: words per gathered element
} p;

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint w = item % p.inner;
  uint i = (item / p.inner) % p.index_count;
  uint o = item / (p.inner * p.index_count);
  uint index = texelFetch(indices, int(i * kIndexWords)).x;
  bool negative = (index & 0x80000000u) != 0;
  bool fits = true;
  if (kIndexWords == 2) {
    uint high = texelFetch(indices, int(i * kIndexWords + 1)).x;
    negative = (high & 0x80000000u) != 0;
    fits = high == (negative ? 0xffffffffu : 0u);
  }
  if (negative) index += p.extent;
  // A negative index that is too low wraps to a large number.
  if (!fits || index >= p.extent) {
    atomicAdd(error_count, 1);
    return;
  }
  result[item] = texelFetch(data, int((o * p.extent + index) * p.inner + w)).x;
}
