// SPDX-License-Identifier: MIT
// Colours values: many tiles in one dispatch. A unit is one row of pixels of one value's square;
// a workgroup takes `units` of them from one piece of a tile.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "values.glsl"

// Whether every estimate is known to lie within the cell of its index or next to its one threshold;
// else indices are searched for, which on a CPU driver takes several times as long.
layout(constant_id = 0) const uint kEstimatesAreClose = 0;

// Per normalisation and index. Searching: the keys from x to below y have it, and z is its colour.
// Close estimates: below the key x the colour is y, from it on z.
layout(set = 0, binding = 1) uniform utextureBuffer entries;

struct Piece {
  // Rows of values follow each other without gaps, and so do rows of pixels; both start at
  // multiples of 4, and what fills up the last four is nobody's.
  uint first_value;
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
  uint first_job;
} p;

// The estimate is floating point and may be anything; walking to the entry that holds the key makes
// the index exact. It never walks more than 255 steps.
uint finite_colour_of(uint bits, Piece piece) {
  precise float guess = (uintBitsToFloat(bits) - piece.origin) * piece.slope + piece.base;
  int index = clamp(int(clamp(guess, 0.0, 255.0)), 0, 255);
  uint key = key_of(bits);
  int first = int(piece.normalisation * 256u);
  uvec4 entry = texelFetch(entries, first + index);
  if (kEstimatesAreClose != 0u) return key < entry.x ? entry.y : entry.z;
  while (key < entry.x || key >= entry.y) {
    index += key < entry.x ? -1 : 1;
    entry = texelFetch(entries, first + index);
  }
  return entry.z;
}

// Colours of NaN, +infinity and -infinity. Copies: CPU drivers read parameters anew each time.
uvec3 special_colours;

uint colour_of(uint bits, Piece piece) {
  uint infinity = (bits >> 31) != 0u ? special_colours.z : special_colours.y;
  uint special = is_nan_bits(bits) ? special_colours.x : infinity;
  return is_finite(bits) ? finite_colour_of(bits, piece) : special;
}

// Values are fetched, and their pixels written, four at a time: CPU drivers gather single ones.
// Eight neighbouring invocations share a run of fours, which lie side by side. CPU drivers take
// eight through the whole loop before the next: with a run for all 64 each of them would go through
// all of the job's memory, a line here and a line there, which takes a third longer.
void paint_values(Job job, Piece piece) {
  uint first = job.first_unit / 4u, last = (job.first_unit + job.units + 3u) / 4u;
  uint run = (last - first + 63u) / 64u * 8u;
  uint begin = first + gl_LocalInvocationID.x / 8u * run, end = min(begin + run, last);
  for (uint four = begin + gl_LocalInvocationID.x % 8u; four < end; four += 8u) {
    uvec4 bits = texelFetch(values, int(piece.first_value / 4u + four));
    uint pixel = piece.first_pixel + four * 4u;
    pixels[pixel] = colour_of(bits.x, piece);
    pixels[pixel + 1u] = colour_of(bits.y, piece);
    pixels[pixel + 2u] = colour_of(bits.z, piece);
    pixels[pixel + 3u] = colour_of(bits.w, piece);
  }
}

void paint_squares(Job job, Piece piece) {
  uint last = job.first_unit + job.units;
  for (uint unit = job.first_unit + gl_LocalInvocationID.x; unit < last; unit += 64u) {
    // Units run along a row of values first, so that neighbours write neighbouring pixels.
    uint line = unit / piece.width, column = unit - line * piece.width;
    uint value = piece.first_value + (line / piece.scale) * piece.width + column;
    uint colour = colour_of(texelFetch(values, int(value / 4u))[value % 4u], piece);
    uint pixel = piece.first_pixel + (line * piece.width + column) * piece.scale;
    for (uint x = 0u; x < piece.scale; ++x) pixels[pixel + x] = colour;
  }
}

void main() {
  uint group = group_index();
  if (group >= p.job_count) return;
  Job job = jobs[p.first_job + group];
  Piece piece = pieces[job.piece];
  special_colours = uvec3(p.nan, p.positive_infinity, p.negative_infinity);
  if (piece.scale == 1u)
    paint_values(job, piece);
  else
    paint_squares(job, piece);
}
