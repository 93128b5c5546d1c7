// SPDX-License-Identifier: MIT
// A window of one to three axes as shaders take it: depth, height, width. Thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "perception/window.hpp"

namespace geoneuron::engine::vulkan {

using Triple = std::array<int32_t, 3>;

struct WindowTriples {
  Triple inputs{1, 1, 1}, outputs{1, 1, 1}, kernel{1, 1, 1};
  Triple strides{1, 1, 1}, dilations{1, 1, 1};
  Triple pads_begin{0, 0, 0}, pads_end{0, 0, 0};

  int64_t input_volume() const { return int64_t{inputs[0]} * inputs[1] * inputs[2]; }
  int64_t output_volume() const { return int64_t{outputs[0]} * outputs[1] * outputs[2]; }
  int64_t kernel_volume() const { return int64_t{kernel[0]} * kernel[1] * kernel[2]; }
};

// Missing axes come first, with extent 1. At most three axes (asserted).
inline WindowTriples triples_of(const perception::Window& window) {
  WindowTriples triples;
  assert(window.axes.size() <= 3);
  for (size_t i = 0; i < window.axes.size(); ++i) {
    const perception::WindowAxis& axis = window.axes[i];
    const size_t to = 3 - window.axes.size() + i;
    triples.inputs[to] = static_cast<int32_t>(axis.input);
    triples.outputs[to] = static_cast<int32_t>(axis.output);
    triples.kernel[to] = static_cast<int32_t>(axis.kernel);
    triples.strides[to] = static_cast<int32_t>(axis.stride);
    triples.dilations[to] = static_cast<int32_t>(axis.dilation);
    triples.pads_begin[to] = static_cast<int32_t>(axis.pad_begin);
    triples.pads_end[to] = static_cast<int32_t>(axis.pad_end);
  }
  return triples;
}

}  // namespace geoneuron::engine::vulkan
