// SPDX-License-Identifier: MIT
// Adds the weights of lines to the pixels that they cover. One invocation per run; the host has
// clipped each to the canvas, and only rows of the present band are written.
#version 460
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

// Whether a sum may exceed 32 bits. On a CPU driver a branch not taken costs as much as one taken,
// and an addition into the second word would double the time.
layout(constant_id = 0) const uint kCarries = 1;

struct Run {
  int first;
  int count;  // at most 16,000
  int minor;  // 16.16
  int slope;  // 16.16
  int weight;
  uint steep;
};

layout(set = 0, binding = 0, std430) readonly buffer Runs { Run runs[]; };
// Per pixel: the positive and the negative sum, each of one word, or of two (low, high) where sums
// carry.
layout(set = 0, binding = 1, std430) buffer Sums { uint sums[]; };

layout(push_constant) uniform Parameters {
  uint run_count, width;
  uint first_row, row_count;  // the band
} p;

void main() {
  uint group = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  uint index = group * 64u + gl_LocalInvocationID.x;
  if (index >= p.run_count) return;
  Run run = runs[index];
  uint magnitude = run.weight < 0 ? 0u - uint(run.weight) : uint(run.weight);
  uint words = kCarries != 0u ? 2u : 1u;
  uint plane = run.weight < 0 ? words : 0u;
  int minor = run.minor;
  for (int i = 0; i < run.count; ++i) {
    uint major = uint(run.first + i), across = uint(minor >> 16);
    uint x = run.steep != 0u ? across : major, y = run.steep != 0u ? major : across;
    minor += run.slope;
    uint row = y - p.first_row;  // wraps above the band, and is then too large as well
    if (row >= p.row_count) continue;
    uint word = (row * p.width + x) * words * 2u + plane;
    // An addition that wraps is seen by exactly one invocation: the one whose sum wrapped.
    uint before = atomicAdd(sums[word], magnitude);
    if (kCarries != 0u) {
      if (before + magnitude < before) atomicAdd(sums[word + 1u], 1u);
    }
  }
}
