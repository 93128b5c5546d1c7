// SPDX-License-Identifier: MIT
// Affine: a node that multiplies and adds constants per channel. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "perception/passes/pass.hpp"

namespace geoneuron::perception {

// y[c] = scale[c] * x[c] + shift[c], channels being axis 1.
struct Affine {
  std::vector<double> scale, shift;
};

// The float32 tensor as one number per channel where it broadcasts to `rank` axes so that it varies
// along `channel_axis` only.
std::optional<std::vector<double>> per_channel(const Tensor& tensor, size_t rank,
                                               size_t channel_axis, size_t channels);

// What `node` does to `source`, one of its operands of the given rank; none where it is not affine
// per channel with constants.
std::optional<Affine> affine_of(const PassContext& context, const Node& node, ValueId source,
                                size_t rank, size_t channels);

// False where a number is infinite or NaN: such a node must compute by itself.
bool is_finite(const Affine& affine);

}  // namespace geoneuron::perception
