// SPDX-License-Identifier: MIT
// One axis of Resize: each result element is a weighted sum of `taps` input elements, whose places
// and weights come from a table [result position][tap]. A place of 0xffffffff stands for the
// extrapolation value.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(set = 0, binding = 0, std430) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer values;
layout(set = 0, binding = 2) uniform utextureBuffer places;
layout(set = 0, binding = 3) uniform textureBuffer weights;

layout(push_constant) uniform Parameters {
  uint count, input_extent, output_extent, inner, taps;
  float extrapolation;
} p;

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint i = item % p.inner;
  uint position = (item / p.inner) % p.output_extent;
  uint outer = item / (p.inner * p.output_extent);
  uint base = outer * p.input_extent * p.inner + i;
  float sum = 0.0;
  for (uint tap = 0; tap < p.taps; ++tap) {
    int entry = int(position * p.taps + tap);
    uint place = texelFetch(places, entry).x;
    if (place == 0xffffffffu) {
      sum = p.extrapolation;
    } else {
      float weight = texelFetch(weights, entry).x;
      // A weight of zero must not let an infinity through.
      if (weight != 0.0) sum += weight * texelFetch(values, int(base + place * p.inner)).x;
    }
  }
  result[item] = sum;
}
