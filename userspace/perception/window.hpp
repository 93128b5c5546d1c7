// SPDX-License-Identifier: MIT
// Window: the geometry of convolutions and pools with every attribute resolved, so that the rule
// exists once for shape inference and all engines. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "perception/attributes.hpp"
#include "perception/shape.hpp"

namespace geoneuron::perception {

// One spatial axis. Invariant: all extents and factors fit in 2^40, kernel, stride and dilation are
// positive, pad_begin >= 0.
struct WindowAxis {
  int64_t input = 0;
  int64_t output = 0;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  // ConvTranspose: negative where output_shape asks for elements that no input reaches (they hold
  // the bias). A pool with ceil_mode may read further than input + pad_end: such taps do not exist.
  int64_t pad_end = 0;

  // Distance between the first and the last tap, plus 1.
  int64_t reach() const { return (kernel - 1) * dilation + 1; }
  bool operator==(const WindowAxis&) const = default;
};

// Conv and pools: output o reads inputs o * stride - pad_begin + k * dilation.
// ConvTranspose: input i writes outputs i * stride - pad_begin + k * dilation.
struct Window {
  std::vector<WindowAxis> axes;

  int64_t kernel_elements() const;
  std::vector<int64_t> output_extents() const;
};

// MaxPool, AveragePool (sets 1-19) over `input` = N x C x spatial. ceil_mode drops a last window
// that would start in the end padding (MaxPool 22). EINVAL: attribute, value, and what is right.
Result<Window> pool_window(const Attributes& attributes, const Shape& input);

// Conv (sets 1-18): `weights` = M x C/group x spatial.
Result<Window> convolution_window(const Attributes& attributes, const Shape& input,
                                  const Shape& weights);

// ConvTranspose (sets 1-18): `weights` = C x M/group x spatial. output_shape beats pads; the total
// padding is split as ConvTranspose 11 says.
Result<Window> transposed_window(const Attributes& attributes, const Shape& input,
                                 const Shape& weights);

}  // namespace geoneuron::perception
