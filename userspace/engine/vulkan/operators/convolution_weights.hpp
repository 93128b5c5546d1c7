// SPDX-License-Identifier: MIT
// The layout in which the convolution shader reads weights:
// [group][block of output channels][input channel][kernel position][channel of the block], the last
// block of a group filled up with zeros. Not thread-safe.
#pragma once

#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {

struct WeightLayout {
  bool transposed = false;  // ConvTranspose: source is [C][M/group][k], else [M][C/group][k]
  int64_t groups = 1;
  int64_t input_channels = 1, output_channels = 1;  // per group
  int64_t kernel = 1;                               // positions
  int64_t block = 16;                               // 4, 8 or 16; 1 where output_channels is 1

  int64_t blocks() const { return (output_channels + block - 1) / block; }
  int64_t packed_count() const { return groups * blocks() * input_channels * kernel * block; }
};

// Constants are packed by the host when recording, others by the device on every run.
Result<Binding> place_weights(Recorder& recorder, const DeviceTensor& weights,
                              const WeightLayout& layout);

}  // namespace geoneuron::engine::vulkan
