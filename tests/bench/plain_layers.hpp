// SPDX-License-Identifier: MIT
// Plain layers: what somebody writes without any library, loops shared among the cores, one layer
// after the other, in the order in which compilers vectorise them. The baseline of the benchmarks.
#pragma once

#include <cstdint>
#include <span>

namespace geoneuron::bench {

// Extents of a 3x3 convolution with stride 1 and a border of one zero: the output has the input's
// height and width.
struct ConvolutionExtents {
  int64_t input_channels = 0, output_channels = 0, height = 0, width = 0;
};

// output[o] = relu(bias[o] + sum of weights[o][i] * input[i]).
void plain_convolution(const ConvolutionExtents& extents, std::span<const float> input,
                       std::span<const float> weights, std::span<const float> bias,
                       std::span<float> output);

// product (rows x columns) = left (rows x depth) * right (depth x columns).
void plain_product(int64_t rows, int64_t depth, int64_t columns, std::span<const float> left,
                   std::span<const float> right, std::span<float> product);

// Six layers over one tensor: x * factor + term, relu, x * x, x - term, |x|, each a loop of its
// own.
void plain_elementwise(float factor, float term, std::span<const float> input,
                       std::span<float> output);

}  // namespace geoneuron::bench
