// SPDX-License-Identifier: MIT
// Converts between types of whole words. Float to integer cuts towards zero.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(constant_id = 0) const uint kFrom = GN_TYPE_FLOAT;
layout(constant_id = 1) const uint kTo = GN_TYPE_INT32;

layout(set = 0, binding = 0, std430) writeonly buffer Output { uint result[]; };
layout(set = 0, binding = 1) uniform utextureBuffer words;

layout(push_constant) uniform Parameters { uint count; } p;

void main() {
  uint i = grid_index();
  if (i >= p.count) return;
  uint low = texelFetch(words, int(kFrom == GN_TYPE_INT64 ? i * 2 : i)).x;
  if (kTo == GN_TYPE_FLOAT) {
    result[i] = floatBitsToUint(kFrom == GN_TYPE_UINT32 ? float(low) : float(int(low)));
    return;
  }
  if (kFrom == GN_TYPE_FLOAT) low = uint(int(uintBitsToFloat(low)));
  if (kTo != GN_TYPE_INT64) {
    result[i] = low;
    return;
  }
  result[i * 2] = low;
  result[i * 2 + 1] = kFrom != GN_TYPE_UINT32 && int(low) < 0 ? 0xffffffffu : 0u;
}
