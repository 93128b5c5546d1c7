// SPDX-License-Identifier: MIT
// The atlas: every layer of a network on one page, a band of maps each. Thread-safe for distinct
// devices.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/demo/engines.hpp"
#include "perception/graph.hpp"

namespace geoneuron::cli::demo {

// The graph's inputs and the results of its nodes, in order, that are in `tensors`. ENOTSUP where a
// map is larger than the page.
Result<views::Image> draw_atlas(views::PixelDevice& device, const perception::Graph& graph,
                                const TensorSet& tensors);

}  // namespace geoneuron::cli::demo
