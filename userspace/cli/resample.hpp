// SPDX-License-Identifier: MIT
// Resampling of rows of interleaved channels, one axis after the other: bilinear where an axis
// grows, the average over the covered area where it shrinks. Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace geoneuron::cli {

// Pixels of `channels` interleaved values each, row-major.
struct Plane {
  uint32_t width = 0, height = 0, channels = 1;
  std::vector<float> values;  // height * width * channels
};

// The share that each of `weights.size()` source positions from `first` on has in one target
// position; the shares sum to 1.
struct Contribution {
  uint32_t first = 0;
  std::vector<float> weights;
};

// For each of `target` positions its sources among `source` positions; both at least 1. Centres of
// pixels lie at half positions; beyond the ends the last pixel repeats.
std::vector<Contribution> contributions(uint32_t source, uint32_t target);

Plane resample(const Plane& source, uint32_t width, uint32_t height);

}  // namespace geoneuron::cli
