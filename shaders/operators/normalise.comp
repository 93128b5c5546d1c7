// SPDX-License-Identifier: MIT
// Maps each element with numbers of its channel (batch normalisation) or of its row (softmax).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "constants.h"
#include "grid.glsl"
#include "unary.glsl"

layout(constant_id = 0) const uint kKind = GN_NORMALISE_BATCH;
layout(constant_id = 1) const uint kActivation = GN_COPY;

layout(set = 0, binding = 0, std430) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 1) uniform textureBuffer values;
layout(set = 0, binding = 2) uniform textureBuffer first;   // scale; row maximum
layout(set = 0, binding = 3) uniform textureBuffer second;  // bias; row sum
layout(set = 0, binding = 4) uniform textureBuffer mean;
layout(set = 0, binding = 5) uniform textureBuffer variance;

layout(push_constant) uniform Parameters {
  uint count, extent, inner;  // channels, or the axis of softmax; elements inside it
  float epsilon;
  float activation_alpha, activation_beta;
} p;

void main() {
  uint i = grid_index();
  if (i >= p.count) return;
  float x = texelFetch(values, int(i)).x;
  if (kKind == GN_NORMALISE_SOFTMAX) {
    int row = int(i / (p.extent * p.inner) * p.inner + i % p.inner);
    x = exp(x - texelFetch(first, row).x) / texelFetch(second, row).x;
  } else {
    int channel = int((i / p.inner) % p.extent);
    x = (x - texelFetch(mean, channel).x) / sqrt(texelFetch(variance, channel).x + p.epsilon);
    x = x * texelFetch(first, channel).x + texelFetch(second, channel).x;
  }
  result[i] = unary(kActivation, x, p.activation_alpha, p.activation_beta);
}
