// SPDX-License-Identifier: MIT
// How the sum of a convolution is cut into passes. Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace geoneuron::engine::vulkan {

// Ranges of input channels and of kernel positions along depth, height and width.
struct ConvolutionPass {
  std::array<uint32_t, 4> begin{}, end{};
};

// Ranges that together cover every term once, none with more than GN_LOOP_LIMIT iterations of the
// shader's loops. Empty where that takes more than kMaximumConvolutionPasses.
std::vector<ConvolutionPass> convolution_passes(int64_t channels,
                                                const std::array<int64_t, 3>& kernel);
inline constexpr size_t kMaximumConvolutionPasses = 1024;

}  // namespace geoneuron::engine::vulkan
