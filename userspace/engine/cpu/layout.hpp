// SPDX-License-Identifier: MIT
// Layout: the order in which the elements of a float32 tensor N x C x H x W lie in the arena.
// oneDNN convolves several times faster where channels lie innermost, so results of convolutions
// stay that way until an operator needs them row-major. Nobody outside the CPU engine sees it.
#pragma once

#include <vector>

#include "engine/cpu/types.hpp"
#include "perception/plan.hpp"

namespace geoneuron::engine::cpu {

enum class Layout : uint8_t { kRowMajor, kChannelsLast };

// The layout of each value of a plan, by ValueId. Values that the caller gives or that a step only
// renames are row-major.
std::vector<Layout> choose_layouts(const perception::Plan& plan);

// Whether all operands of such a node can be taken with channels innermost; node.inputs may be
// values of either layout.
bool runs_channels_last(const perception::Plan& plan, const perception::Node& node);

// N x H x W x C of a shape with at most four axes; axes that are missing in front are 1.
Shape channels_last_shape(const Shape& shape);

// True where both layouts put every element at the same place.
bool lies_alike(const Shape& shape);

// Copies a float32 tensor from one layout to the other; both have the shape of row-major order.
void change_layout(const Tensor& from, Tensor& to, Layout layout_of_result);

// The node as it computes N x H x W x C operands, which `inputs` are; constants that speak of axes
// are exchanged in `inputs`. Only for nodes that runs_channels_last() accepts.
Result<perception::Node> rewrite_channels_last(const perception::Node& node,
                                               std::vector<Tensor>& inputs);

}  // namespace geoneuron::engine::cpu
