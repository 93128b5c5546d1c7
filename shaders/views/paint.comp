// SPDX-License-Identifier: MIT
// Colours values: many tiles in one dispatch. A unit is one row of pixels of one value's square;
// a workgroup takes `units` of them from one piece of a tile.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "values.glsl"

// Per normalisation and index: the keys from x to below y have it, and z is its colour.
layout(set = 0, binding = 1) uniform utextureBuffer entries;

struct Piece {
  uint first_value;  // rows of values follow each other without gaps, and so do rows of pixels
  uint width;
  uint scale;
  uint first_pixel;
  uint normalisation;
  uint units;  // values * scale
  float origin, slope, base;  // where to look for an index first
};

struct Job {
  uint piece;
  uint first_unit;
  uint units;
};

layout(set = 0, binding = 2, std430) readonly buffer Pieces { Piece pieces[]; };
layout(set = 0, binding = 3, std430) readonly buffer Jobs { Job jobs[]; };
layout(set = 0, binding = 4, std430) writeonly buffer Pixels { uint pixels[]; };

layout(push_constant) uniform Parameters {
  uint job_count;
  uint nan, positive_infinity, negative_infinity;  // colours
} p;

// The estimate is floating point and may be anything; walking to the entry that holds the key makes
// the index exact. It never walks more than 255 steps.
uint colour_of(uint bits, Piece piece) {
  if (!is_finite(bits))
    return is_nan_bits(bits) ? p.nan : (bits >> 31) != 0u ? p.negative_infinity
                                                          : p.positive_infinity;
  float guess = (uintBitsToFloat(bits) - piece.origin) * piece.slope + piece.base;
  int index = clamp(int(clamp(guess, 0.0, 255.0)), 0, 255);
  uint key = key_of(bits);
  int first = int(piece.normalisation * 256u);
  uvec4 entry = texelFetch(entries, first + index);
  while (key < entry.x || key >= entry.y) {
    index += key < entry.x ? -1 : 1;
    entry = texelFetch(entries, first + index);
  }
  return entry.z;
}

uint colour_at(uint value, Piece piece) {
  return colour_of(texelFetch(values, int(piece.first_value + value)).x, piece);
}

void main() {
  uint group = group_index();
  if (group >= p.job_count) return;
  Job job = jobs[group];
  Piece piece = pieces[job.piece];
  uint last = job.first_unit + job.units;
  if (piece.scale == 1u) {
    for (uint unit = job.first_unit + gl_LocalInvocationID.x; unit < last; unit += 64u)
      pixels[piece.first_pixel + unit] = colour_at(unit, piece);
    return;
  }
  for (uint unit = job.first_unit + gl_LocalInvocationID.x; unit < last; unit += 64u) {
    // Units run along a row of values first, so that neighbours write neighbouring pixels.
    uint line = unit / piece.width, column = unit - line * piece.width;
    uint colour = colour_at((line / piece.scale) * piece.width + column, piece);
    uint pixel = piece.first_pixel + (line * piece.width + column) * piece.scale;
    for (uint x = 0u; x < piece.scale; ++x) pixels[pixel + x] = colour;
  }
}
