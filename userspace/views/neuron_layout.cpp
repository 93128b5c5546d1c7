// SPDX-License-Identifier: MIT
#include "views/neuron_layout.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace geoneuron::views {
namespace {

constexpr uint32_t kLeastGap = 24, kLeastSlot = 16;
constexpr uint32_t kMaximumAcross = 4096;
// Pixels per unit: dots are features; a map's units stay small, so that it reads as one picture.
constexpr uint32_t kLargestDot = 16, kLargestMap = 96, kLargestUnit = 8;
constexpr uint32_t kPlaneGap = 6;  // at least, where a unit has a pixel or more
constexpr uint32_t kLargestPlaneGap = 48;

uint32_t divide_up(uint32_t a, uint32_t b) {
  return (a + b - 1) / b;
}

uint32_t largest_scale(const ColumnUnits& units) {
  if (units.height == 1 && units.width == 1) return kLargestDot;
  const uint32_t side = std::max(units.height, units.width);
  return std::clamp(std::max(kLargestMap, 2 * side) / side, 1u, kLargestUnit);
}

// How a grid fits into a box, in 1/256 pixels per unit; larger is better, 0 = not at all.
struct Fit {
  uint32_t across = 1, lines = 1;
  uint64_t scale = 0;
};

// Many planes move closer together.
uint32_t least_gap(const ColumnUnits& units) {
  if (units.planes <= 64) return kPlaneGap;
  return units.planes <= 1024 ? 2 : 0;
}

Fit fit_across(const ColumnUnits& units, uint32_t across, uint32_t width, uint32_t height) {
  Fit fit{across, divide_up(units.planes, across), 0};
  const uint32_t gap = least_gap(units);
  const uint32_t gaps_x = (across - 1) * gap, gaps_y = (fit.lines - 1) * gap;
  if (gaps_x >= width || gaps_y >= height) return fit;
  const uint64_t by_width = uint64_t{width - gaps_x} * 256 / (uint64_t{across} * units.width);
  const uint64_t by_height = uint64_t{height - gaps_y} * 256 / (uint64_t{fit.lines} * units.height);
  fit.scale = std::min({by_width, by_height, uint64_t{largest_scale(units)} * 256});
  if (fit.scale >= 256) fit.scale -= fit.scale % 256;
  return fit;
}

Fit best_fit(const ColumnUnits& units, uint32_t width, uint32_t height) {
  Fit best;
  const uint32_t most = std::min(units.planes, kMaximumAcross);
  for (uint32_t across = 1; across <= most; ++across) {
    const Fit fit = fit_across(units, across, width, height);
    if (fit.scale > best.scale) best = fit;
  }
  return best;
}

// Spreads `count` planes of `extent` pixels over `room`, no further apart than looks like one
// column.
uint32_t spread(uint32_t count, uint32_t extent, uint32_t room, uint32_t largest_gap) {
  if (count <= 1) return extent;
  const uint32_t used = count * extent;
  const uint32_t gap = room > used ? (room - used) / (count - 1) : 0;
  return extent + std::min(gap, largest_gap);
}

PlaneGrid make_grid(const ColumnUnits& units, uint32_t width, uint32_t height) {
  const Fit fit = best_fit(units, width, height);
  PlaneGrid grid;
  grid.units = units;
  grid.across = std::max(1u, fit.across);
  grid.scale = std::max<uint32_t>(1, static_cast<uint32_t>(fit.scale / 256));
  if (fit.scale < 256)
    grid.reduction = fit.scale == 0 ? 256 : divide_up(256, static_cast<uint32_t>(fit.scale));
  const uint32_t lines = divide_up(units.planes, grid.across);
  const uint32_t gap_x = std::max(least_gap(units), grid.plane_width() / 8);
  grid.pitch_x = spread(grid.across, grid.plane_width(), width, gap_x);
  grid.pitch_y = spread(lines, grid.plane_height(), height, kLargestPlaneGap);
  return grid;
}

struct DepthRange {
  size_t first = 0, count = 0;
};

std::vector<DepthRange> depth_ranges(std::span<const ColumnUnits> columns) {
  std::vector<DepthRange> ranges;
  for (size_t i = 0; i < columns.size(); ++i) {
    assert(columns[i].depth == ranges.size() || columns[i].depth + 1 == ranges.size());
    if (columns[i].depth == ranges.size()) ranges.push_back({i, 0});
    ++ranges.back().count;
  }
  return ranges;
}

uint32_t gap_share(GapKind kind) {
  return kind == GapKind::kWeighted ? 2 : 1;
}

// Grids of one depth, above each other in equal parts of the height; x is set later.
void stack(std::span<const ColumnUnits> columns, const DepthRange& range, uint32_t slot_width,
           const PixelBox& plot, NeuronLayout& layout) {
  constexpr uint32_t kBetween = 24;
  const auto count = static_cast<uint32_t>(range.count);
  const uint32_t part = plot.height / count;
  const uint32_t height = part > 2 * kBetween && count > 1 ? part - kBetween : part;
  uint32_t widest = 0;
  for (uint32_t i = 0; i < count; ++i) {
    PlaneGrid grid = make_grid(columns[range.first + i], slot_width, height);
    grid.y = plot.y + i * part + (part - std::min(part, grid.height())) / 2;
    widest = std::max(widest, grid.width());
    layout.grids.push_back(grid);
  }
  layout.slots.push_back({0, plot.y, widest, plot.height});
}

void place_slots(std::span<const DepthRange> ranges, std::span<const GapKind> gaps,
                 const PixelBox& plot, NeuronLayout& layout) {
  uint32_t used = 0, shares = 0;
  for (const PixelBox& slot : layout.slots) used += slot.width;
  for (const GapKind gap : gaps) shares += gap_share(gap);
  const uint32_t room = plot.width > used ? plot.width - used : 0;
  uint32_t x = plot.x + (shares == 0 ? room / 2 : 0), passed = 0;
  for (size_t depth = 0; depth < ranges.size(); ++depth) {
    PixelBox& slot = layout.slots[depth];
    slot.x = x + (shares == 0 ? 0 : room * passed / shares);
    for (size_t i = 0; i < ranges[depth].count; ++i) {
      PlaneGrid& grid = layout.grids[ranges[depth].first + i];
      grid.x = slot.x + (slot.width - grid.width()) / 2;
    }
    x += slot.width;
    if (depth < gaps.size()) passed += gap_share(gaps[depth]);
  }
}

}  // namespace

uint32_t PlaneGrid::plane_width() const {
  return divide_up(units.width, reduction) * scale;
}
uint32_t PlaneGrid::plane_height() const {
  return divide_up(units.height, reduction) * scale;
}
uint32_t PlaneGrid::width() const {
  return (std::min(across, units.planes) - 1) * pitch_x + plane_width();
}
uint32_t PlaneGrid::height() const {
  return (divide_up(units.planes, across) - 1) * pitch_y + plane_height();
}

FixedPoint PlaneGrid::centre_of(uint32_t unit) const {
  const uint32_t column = unit % units.width;
  const uint32_t row = unit / units.width % units.height;
  const uint32_t plane = unit / units.width / units.height;
  const auto along = [this](uint32_t start, uint32_t position) {
    return static_cast<int32_t>(start * 256 + (2 * position + 1) * scale * 128 / reduction);
  };
  return {along(plane_x(plane), column), along(plane_y(plane), row)};
}

FixedPoint PlaneGrid::centre_of_plane(uint32_t plane) const {
  return {static_cast<int32_t>(plane_x(plane) * 256 + plane_width() * 128),
          static_cast<int32_t>(plane_y(plane) * 256 + plane_height() * 128)};
}

NeuronLayout lay_out(std::span<const ColumnUnits> columns, std::span<const GapKind> gaps,
                     const PixelBox& plot) {
  NeuronLayout layout;
  const std::vector<DepthRange> ranges = depth_ranges(columns);
  if (ranges.empty()) return layout;
  uint32_t shares = 0;
  for (const GapKind gap : gaps) shares += gap_share(gap);
  // Half of the width is for edges, where there are any.
  const auto depths = static_cast<uint32_t>(ranges.size());
  const uint32_t for_slots = shares == 0 ? plot.width : plot.width / 2;
  const uint32_t slot_width = std::max(kLeastSlot, for_slots / depths);
  for (const DepthRange& range : ranges) stack(columns, range, slot_width, plot, layout);
  place_slots(ranges, gaps, plot, layout);
  return layout;
}

bool fits(const PlaneGrid& grid, const PixelBox& plot) {
  return grid.x >= plot.x && grid.y >= plot.y && grid.x + grid.width() <= plot.x + plot.width &&
         grid.y + grid.height() <= plot.y + plot.height;
}

uint32_t least_plot_width(uint32_t depths) {
  return depths * 2 * std::max(kLeastSlot, kLeastGap);
}

}  // namespace geoneuron::views
