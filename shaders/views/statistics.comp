// SPDX-License-Identifier: MIT
// Counts finite values, NaN and -infinity, and finds the smallest and largest key, per target.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "chunks.glsl"

struct Statistics {
  uint finite, nan, negative_infinity;
  uint minimum, maximum;  // the host starts them at the largest and the smallest number
};

layout(set = 0, binding = 2, std430) buffer Results { Statistics results[]; };

void main() {
  uint group = group_index();
  if (group >= p.chunk_count) return;
  Chunk chunk = chunks[group];
  uint finite = 0u, nan = 0u, negative_infinity = 0u, minimum = 0xffffffffu, maximum = 0u;
  for (uint i = gl_LocalInvocationID.x; i < chunk.count; i += 64u) {
    uint bits = texelFetch(values, int(chunk.first + i)).x;
    uint key = key_of(bits);
    bool counts = is_finite(bits);
    finite += counts ? 1u : 0u;
    nan += is_nan_bits(bits) ? 1u : 0u;
    negative_infinity += bits == 0xff800000u ? 1u : 0u;
    minimum = min(minimum, counts ? key : 0xffffffffu);
    maximum = max(maximum, counts ? key : 0u);
  }
  atomicAdd(results[chunk.target].finite, finite);
  atomicAdd(results[chunk.target].nan, nan);
  atomicAdd(results[chunk.target].negative_infinity, negative_infinity);
  atomicMin(results[chunk.target].minimum, minimum);
  atomicMax(results[chunk.target].maximum, maximum);
}
