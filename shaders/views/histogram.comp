// SPDX-License-Identifier: MIT
// Counts finite values by the number of edges <= key; `a` edges, ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "chunks.glsl"

layout(set = 0, binding = 2, std430) readonly buffer Edges { uint edges[]; };
layout(set = 0, binding = 3, std430) buffer Counts { uint counts[]; };

// The number of edges <= key, between 0 and p.a.
uint bin_of(uint key) {
  uint low = 0u, high = p.a;
  while (low < high) {
    uint middle = (low + high) / 2u;
    bool right = edges[middle] <= key;
    low = right ? middle + 1u : low;
    high = right ? high : middle;
  }
  return low;
}

void main() {
  uint group = group_index();
  if (group >= p.chunk_count) return;
  Chunk chunk = chunks[group];
  for (uint i = gl_LocalInvocationID.x; i < chunk.count; i += 64u) {
    uint bits = texelFetch(values, int(chunk.first + i)).x;
    if (is_finite(bits)) atomicAdd(counts[bin_of(key_of(bits))], 1u);
  }
}
