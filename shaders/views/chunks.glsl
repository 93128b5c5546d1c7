// SPDX-License-Identifier: MIT
// One workgroup per chunk: a run of values that belongs to one target (a range, a query).
#ifndef GEONEURON_SHADERS_VIEWS_CHUNKS_GLSL
#define GEONEURON_SHADERS_VIEWS_CHUNKS_GLSL
#include "values.glsl"

struct Chunk {
  uint first;
  uint count;
  uint target;
  uint unused;
};

layout(set = 0, binding = 1, std430) readonly buffer Chunks { Chunk chunks[]; };

layout(push_constant) uniform Parameters {
  uint chunk_count;
  uint a, b;  // by shader
} p;

#endif
