// SPDX-License-Identifier: MIT
// Colours values: many tiles in one dispatch. A unit is one row of pixels of one value's square;
// a workgroup takes `units` of them from one piece of a tile.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "values.glsl"

layout(set = 0, binding = 1) uniform utextureBuffer thresholds;  // 256 each; the first is unused
layout(set = 0, binding = 2) uniform utextureBuffer palette;     // 256, NaN, +infinity, -infinity

struct Piece {
  uint first_value;  // rows of values follow each other without gaps, and so do rows of pixels
  uint width;
  uint scale;
  uint first_pixel;
  uint normalisation;
  uint units;  // values * scale
};

struct Job {
  uint piece;
  uint first_unit;
  uint units;
};

layout(set = 0, binding = 3, std430) readonly buffer Pieces { Piece pieces[]; };
layout(set = 0, binding = 4, std430) readonly buffer Jobs { Job jobs[]; };
layout(set = 0, binding = 5, std430) writeonly buffer Pixels { uint pixels[]; };

layout(push_constant) uniform Parameters { uint job_count; } p;

uint colour_of(uint bits, uint normalisation) {
  if (!is_finite(bits)) {
    uint infinity = (bits >> 31) != 0u ? 258u : 257u;
    return texelFetch(palette, int(is_nan_bits(bits) ? 256u : infinity)).x;
  }
  uint key = key_of(bits), index = 0u, base = normalisation * 256u;
  for (uint step = 128u; step > 0u; step >>= 1)
    index += texelFetch(thresholds, int(base + index + step)).x <= key ? step : 0u;
  return texelFetch(palette, int(index)).x;
}

void main() {
  uint group = group_index();
  if (group >= p.job_count) return;
  Job job = jobs[group];
  Piece piece = pieces[job.piece];
  for (uint i = gl_LocalInvocationID.x; i < job.units; i += 64u) {
    uint unit = job.first_unit + i;
    // Units run along a row of values first, so that neighbours write neighbouring pixels.
    uint line = unit / piece.width, column = unit - line * piece.width;
    uint value = (line / piece.scale) * piece.width + column;
    uint colour = colour_of(texelFetch(values, int(piece.first_value + value)).x,
                            piece.normalisation);
    uint pixel = piece.first_pixel + (line * piece.width + column) * piece.scale;
    for (uint x = 0u; x < piece.scale; ++x) pixels[pixel + x] = colour;
  }
}
