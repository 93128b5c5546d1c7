// SPDX-License-Identifier: MIT
// Maximum or average over a window of up to three axes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"

layout(constant_id = 0) const uint kKind = GN_POOL_MAX;
layout(constant_id = 1) const uint kKernelD = 1;
layout(constant_id = 2) const uint kKernelH = 1;
layout(constant_id = 3) const uint kKernelW = 1;

layout(set = 0, binding = 0, std430) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer values;

layout(push_constant) uniform Parameters {
  uint count;
  int inputs[3], outputs[3], strides[3], dilations[3], pads[3];
  int padded[3];  // one past the last position that counts as padding
} p;

void main() {
  uint item = grid_index();
  if (item >= p.count) return;
  uint rest = item;
  ivec3 at;
  for (int axis = 2; axis >= 0; --axis) {
    uint outer = rest / uint(p.outputs[axis]);
    at[axis] = int(rest - outer * uint(p.outputs[axis])) * p.strides[axis] - p.pads[axis];
    rest = outer;
  }
  int base = int(rest) * p.inputs[0] * p.inputs[1] * p.inputs[2];
  float total = kKind == GN_POOL_MAX ? uintBitsToFloat(0xff800000u) : 0.0;
  float taps = 0.0;
  for (uint a = 0; a < kKernelD; ++a) {
    int d = at.x + int(a) * p.dilations[0];
    for (uint b = 0; b < kKernelH; ++b) {
      int h = at.y + int(b) * p.dilations[1];
      for (uint c = 0; c < kKernelW; ++c) {
        int w = at.z + int(c) * p.dilations[2];
        bool inside = uint(d) < uint(p.inputs[0]) && uint(h) < uint(p.inputs[1]) &&
                      uint(w) < uint(p.inputs[2]);
        if (kKind == GN_POOL_AVERAGE_WITH_PADDING && d < p.padded[0] && h < p.padded[1] &&
            w < p.padded[2])
          taps += 1.0;
        if (!inside) continue;
        float x = texelFetch(values, base + (d * p.inputs[1] + h) * p.inputs[2] + w).x;
        if (kKind == GN_POOL_MAX)
          total = x > total || (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u ? x : total;
        else
          total += x;
        if (kKind == GN_POOL_AVERAGE) taps += 1.0;
      }
    }
  }
  result[item] = kKind == GN_POOL_MAX ? total : total / taps;
}
