// SPDX-License-Identifier: MIT
// Where the neuron graph's nodes lie: columns from left to right, the units of a column as planes
// below and beside each other. Whole pixels for nodes, 24.8 fixed point for the ends of edges.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace geoneuron::views {

// What a column holds: `planes` maps of `height` x `width` units, numbered row by row, plane by
// plane. A feature is a plane of one unit.
struct ColumnUnits {
  uint32_t planes = 1, height = 1, width = 1;
  uint32_t depth = 0;  // columns of one depth lie above each other

  uint64_t count() const { return uint64_t{planes} * height * width; }
};

struct FixedPoint {
  int32_t x = 0, y = 0;  // 24.8 pixels; the centre of pixel (0,0) is (128,128)
};

// The planes of one column: lines of `across` planes. Either `scale` pixels to a unit, or, where a
// plane is larger than its place, `reduction` x `reduction` units to a pixel (and scale is 1).
struct PlaneGrid {
  ColumnUnits units;
  uint32_t x = 0, y = 0;
  uint32_t across = 1;
  uint32_t scale = 1, reduction = 1;
  uint32_t pitch_x = 0, pitch_y = 0;  // from plane to plane, in pixels

  uint32_t plane_width() const;  // in pixels
  uint32_t plane_height() const;
  uint32_t width() const;  // of all planes
  uint32_t height() const;
  uint32_t plane_x(uint32_t plane) const { return x + plane % across * pitch_x; }
  uint32_t plane_y(uint32_t plane) const { return y + plane / across * pitch_y; }
  FixedPoint centre_of(uint32_t unit) const;
  FixedPoint centre_of_plane(uint32_t plane) const;
};

struct PixelBox {
  uint32_t x = 0, y = 0, width = 0, height = 0;
};

// What is between two neighbouring depths.
enum class GapKind : uint8_t { kThin, kWeighted };

struct NeuronLayout {
  std::vector<PlaneGrid> grids;  // one per column
  std::vector<PixelBox> slots;   // one per depth: full height, as wide as its widest column
};

// Lays the columns out inside `plot`. `gaps[d]` is what is between depth d and d + 1; weighted gaps
// are twice as wide as thin ones. Columns are sorted by depth, which counts from 0 without holes.
NeuronLayout lay_out(std::span<const ColumnUnits> columns, std::span<const GapKind> gaps,
                     const PixelBox& plot);

// False where a column has more planes than its part of the plot has pixels.
bool fits(const PlaneGrid& grid, const PixelBox& plot);

// The least width of a plot for that many depths.
uint32_t least_plot_width(uint32_t depths);

}  // namespace geoneuron::views
