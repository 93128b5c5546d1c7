// SPDX-License-Identifier: MIT
// GridLayout: where each map of an atlas goes. Pure arithmetic; a plain value.
#pragma once

#include <cstdint>
#include <optional>

namespace geoneuron::views {

struct GridRequest {
  uint64_t count = 0;              // maps, at least 1
  uint32_t width = 0, height = 0;  // of each, in elements
  std::optional<uint32_t> scale;   // nothing: chosen by the number of maps
  std::optional<uint32_t> columns;
};

struct GridLayout {
  uint32_t scale = 1;
  uint64_t columns = 1, rows = 1;
  uint32_t gap = 0;           // between tiles, in pixels
  uint32_t label_height = 0;  // above each tile; 0 where numbers find no room
  uint64_t tile_width = 0, tile_height = 0;

  // Without `columns`: about 4:3, and rather without empty places in the last row.
  static GridLayout of(const GridRequest& request);

  uint64_t width() const { return columns * (tile_width + gap) - gap; }
  uint64_t height() const { return rows * (tile_height + label_height + gap) - gap; }
  // The top left corner of a tile's map, below its label.
  uint64_t x(uint64_t tile) const { return tile % columns * (tile_width + gap); }
  uint64_t y(uint64_t tile) const {
    return tile / columns * (tile_height + label_height + gap) + label_height;
  }
};

}  // namespace geoneuron::views
