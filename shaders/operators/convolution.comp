// SPDX-License-Identifier: MIT
// Convolution and its transpose over up to three spatial axes, directly: an invocation computes 4,
// 8 or 16 output channels of one position in registers. The weights are packed as
// [group][block of channels][input channel][kernel position][channel of the block].
// A sum that is too long for one invocation is cut into passes that add to what is there.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"
#include "unary.glsl"

layout(constant_id = 0) const uint kVectors = 4;  // of four output channels
layout(constant_id = 1) const bool kTransposed = false;
layout(constant_id = 2) const bool kWhole = true;  // one pass, the whole kernel
layout(constant_id = 3) const bool kFirst = true;  // starts from the bias, else from the result
layout(constant_id = 4) const bool kHasBias = false;
layout(constant_id = 5) const uint kActivation = GN_COPY;
layout(constant_id = 6) const uint kKernelD = 1;
layout(constant_id = 7) const uint kKernelH = 1;
layout(constant_id = 8) const uint kKernelW = 1;
layout(constant_id = 9) const int kStrideD = 1;
layout(constant_id = 10) const int kStrideH = 1;
layout(constant_id = 11) const int kStrideW = 1;
layout(constant_id = 12) const int kDilationD = 1;
layout(constant_id = 13) const int kDilationH = 1;
layout(constant_id = 14) const int kDilationW = 1;
// Groups of one output channel (depthwise): weights are read one at a time.
layout(constant_id = 15) const bool kSingle = false;

layout(set = 0, binding = 0, std430) buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer values;
layout(set = 0, binding = 2) uniform textureBuffer weights;  // four channels a texel, or one
layout(set = 0, binding = 3) uniform textureBuffer bias;

layout(push_constant) uniform Parameters {
  uint count;           // invocations
  uint row;             // invocations per (image, block): positions, rounded up
  uint positions;       // per image and channel
  uint groups, blocks;  // blocks of channels per group
  uint input_channels, output_channels;  // per group
  int inputs[3], outputs[3], pads[3];
  uint begin[4], end[4];  // of this pass: input channels, kernel positions by axis
  float activation_alpha, activation_beta;
} p;

// The input coordinate that tap k of output position `at` reads; -1 where there is none.
int source(int at, int k, int stride, int dilation, int extent) {
  int x = kTransposed ? at - k * dilation : at + k * dilation;
  if (kTransposed) {
    if (x < 0) return -1;
    int whole = x / stride;
    if (whole * stride != x) return -1;
    x = whole;
  }
  return uint(x) < uint(extent) ? x : -1;
}

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint position = item % p.row;
  if (position >= p.positions) return;
  uint rest = item / p.row;
  uint block = rest % p.blocks;
  uint group = rest / p.blocks % p.groups;
  uint image = rest / (p.blocks * p.groups);

  ivec3 at;
  at.z = int(position) % p.outputs[2];
  at.y = int(position) / p.outputs[2] % p.outputs[1];
  at.x = int(position) / (p.outputs[2] * p.outputs[1]);
  const ivec3 strides = ivec3(kStrideD, kStrideH, kStrideW);
  ivec3 pads = ivec3(p.pads[0], p.pads[1], p.pads[2]);
  at = kTransposed ? at + pads : at * strides - pads;

  uint channel = group * p.output_channels + block * kVectors * 4;  // the first of this block
  uint channels = kSingle ? 1 : min(kVectors * 4, p.output_channels - block * kVectors * 4);
  uint target = (image * p.groups * p.output_channels + channel) * p.positions + position;
  vec4 sum[kVectors];
  for (uint v = 0; v < kVectors; ++v)
    for (uint j = 0; j < 4; ++j) {
      uint c = v * 4 + j;
      float start = 0.0;
      if (c < channels && !kFirst) start = result[target + c * p.positions];
      if (c < channels && kFirst && kHasBias) start = texelFetch(bias, int(channel + c)).x;
      sum[v][j] = start;
    }

  uvec4 begin = kWhole ? uvec4(p.begin[0], 0, 0, 0)
                       : uvec4(p.begin[0], p.begin[1], p.begin[2], p.begin[3]);
  uvec4 end = kWhole ? uvec4(p.end[0], kKernelD, kKernelH, kKernelW)
                     : uvec4(p.end[0], p.end[1], p.end[2], p.end[3]);
  const uint kKernel = kKernelD * kKernelH * kKernelW;
  int volume = p.inputs[0] * p.inputs[1] * p.inputs[2];
  int plane = int(image * p.groups + group) * int(p.input_channels);
  uint packed_block = (group * p.blocks + block) * p.input_channels;
  for (uint ci = begin.x; ci < end.x; ++ci) {
    int base = (plane + int(ci)) * volume;
    uint weight_base = (packed_block + ci) * kKernel;
    for (uint a = begin.y; a < end.y; ++a) {
      int d = source(at.x, int(a), kStrideD, kDilationD, p.inputs[0]);
      for (uint b = begin.z; b < end.z; ++b) {
        int h = source(at.y, int(b), kStrideH, kDilationH, p.inputs[1]);
        int line = base + (d * p.inputs[1] + h) * p.inputs[2];
        for (uint c = begin.w; c < end.w; ++c) {
          int w = source(at.z, int(c), kStrideW, kDilationW, p.inputs[2]);
          bool inside = (d | h | w) >= 0;
          float x = texelFetch(values, inside ? line + w : base).x;
          x = inside ? x : 0.0;
          uint texel = (weight_base + (a * kKernelH + b) * kKernelW + c) * kVectors;
          for (uint v = 0; v < kVectors; ++v) sum[v] += x * texelFetch(weights, int(texel + v));
        }
      }
    }
  }
  for (uint v = 0; v < kVectors; ++v)
    for (uint j = 0; j < 4; ++j)
      if (v * 4 + j < channels)
        result[target + (v * 4 + j) * p.positions] =
            unary(kActivation, sum[v][j], p.activation_alpha, p.activation_beta);
}
