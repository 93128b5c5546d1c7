// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/convolution_passes.hpp"

#include <algorithm>

#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {
namespace {

// Iterations of four nested loops over these extents, inner loops included.
int64_t iterations(const std::array<int64_t, 4>& extents) {
  int64_t inner = 0;
  for (size_t i = 4; i-- > 0;) inner = extents[i] * (1 + inner);
  return inner;
}

}  // namespace

std::vector<ConvolutionPass> convolution_passes(int64_t channels,
                                                const std::array<int64_t, 3>& kernel) {
  const std::array<int64_t, 4> whole{channels, kernel[0], kernel[1], kernel[2]};
  std::array<int64_t, 4> step = whole;
  // Outer loops are cut first, so that a pass works on neighbouring elements.
  for (size_t axis = 0; axis < 4 && iterations(step) > GN_LOOP_LIMIT; ++axis) {
    std::array<int64_t, 4> one = step;
    one[axis] = 1;
    step[axis] = std::clamp<int64_t>(GN_LOOP_LIMIT / iterations(one), 1, whole[axis]);
  }
  while (iterations(step) > GN_LOOP_LIMIT) step[3] = (step[3] + 1) / 2;
  int64_t passes = 1;
  for (size_t axis = 0; axis < 4; ++axis) {
    passes *= (whole[axis] + step[axis] - 1) / step[axis];
    if (passes > static_cast<int64_t>(kMaximumConvolutionPasses)) return {};
  }
  std::vector<ConvolutionPass> result;
  std::array<int64_t, 4> at{};
  while (at[0] < whole[0]) {
    ConvolutionPass pass;
    for (size_t axis = 0; axis < 4; ++axis) {
      pass.begin[axis] = static_cast<uint32_t>(at[axis]);
      pass.end[axis] = static_cast<uint32_t>(std::min(at[axis] + step[axis], whole[axis]));
    }
    result.push_back(pass);
    size_t axis = 3;
    while ((at[axis] += step[axis]) >= whole[axis] && axis > 0) at[axis--] = 0;
  }
  return result;
}

}  // namespace geoneuron::engine::vulkan
