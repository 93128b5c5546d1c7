// SPDX-License-Identifier: MIT
// One step of a radix select: counts, per target, the digit of `b` bits from bit `a` up of all keys
// whose higher bits are the target's prefix.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "chunks.glsl"

layout(set = 0, binding = 2, std430) readonly buffer Prefixes { uint prefixes[]; };
layout(set = 0, binding = 3, std430) buffer Counts { uint counts[]; };

shared uint local_counts[2048];

void main() {
  uint group = group_index();
  // The whole group leaves together, so no invocation waits at a barrier for one that has left.
  if (group >= p.chunk_count) return;
  Chunk chunk = chunks[group];
  uint prefix = prefixes[chunk.target], top = p.a + p.b, mask = (1u << p.b) - 1u;
  for (uint i = gl_LocalInvocationID.x; i < 2048u; i += 64u) local_counts[i] = 0u;
  barrier();  // before others count what is then zeroed
  for (uint i = gl_LocalInvocationID.x; i < chunk.count; i += 64u) {
    uint bits = texelFetch(values, int(chunk.first + i)).x;
    uint key = key_of(bits);
    bool counted = is_finite(bits) && (top == 32u || (key >> (top & 31u)) == prefix);
    if (counted) atomicAdd(local_counts[(key >> p.a) & mask], 1u);
  }
  barrier();  // before a count is read that others still raise
  for (uint i = gl_LocalInvocationID.x; i < 2048u; i += 64u)
    if (local_counts[i] != 0u) atomicAdd(counts[chunk.target * 2048u + i], local_counts[i]);
}
