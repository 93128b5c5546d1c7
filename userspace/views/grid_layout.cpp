// SPDX-License-Identifier: MIT
#include "views/grid_layout.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::views {
namespace {

constexpr double kWantedAspect = 1.4;
// What one empty place in the last row is worth, in units of log(aspect).
constexpr double kRaggedCost = 0.5;
constexpr uint32_t kLabelHeight = 16;
// Tiles narrower than this have no room for their number.
constexpr uint64_t kLabelledWidth = 24;

uint32_t scale_for(uint64_t count, uint32_t extent) {
  const uint32_t wanted = count <= 4     ? 280
                          : count <= 16  ? 160
                          : count <= 64  ? 104
                          : count <= 256 ? 64
                                         : 32;
  return std::clamp(wanted / std::max(extent, 1u), 1u, 64u);
}

double cost_of(const GridLayout& layout, uint64_t count) {
  const double aspect = static_cast<double>(layout.width()) / static_cast<double>(layout.height());
  const bool ragged = layout.columns * layout.rows != count;
  return std::abs(std::log(aspect / kWantedAspect)) + (ragged ? kRaggedCost : 0);
}

}  // namespace

GridLayout GridLayout::of(const GridRequest& request) {
  GridLayout layout;
  layout.scale =
      request.scale.value_or(scale_for(request.count, std::max(request.width, request.height)));
  layout.tile_width = uint64_t{request.width} * layout.scale;
  layout.tile_height = uint64_t{request.height} * layout.scale;
  const uint64_t extent = std::max(layout.tile_width, layout.tile_height);
  layout.gap = static_cast<uint32_t>(std::clamp<uint64_t>(extent / 12, 2, 8));
  layout.label_height = layout.tile_width >= kLabelledWidth ? kLabelHeight : 0;
  GridLayout best = layout;
  double best_cost = INFINITY;
  // A picture is never so lopsided that more columns than this could be best.
  const uint64_t most = std::min<uint64_t>(request.count, 2048);
  const uint64_t first = request.columns ? *request.columns : 1;
  for (uint64_t columns = first; columns <= (request.columns ? first : most); ++columns) {
    layout.columns = std::min(columns, request.count);
    layout.rows = (request.count + layout.columns - 1) / layout.columns;
    const double cost = cost_of(layout, request.count);
    if (cost >= best_cost) continue;
    best = layout;
    best_cost = cost;
  }
  return best;
}

}  // namespace geoneuron::views
