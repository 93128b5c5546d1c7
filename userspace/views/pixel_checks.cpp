// SPDX-License-Identifier: MIT
#include "views/pixel_checks.hpp"

#include <algorithm>

namespace geoneuron::views {
namespace {

bool inside(uint64_t first, uint64_t count, uint64_t size) {
  return first <= size && count <= size - first;
}

bool elements_inside(const Tile& tile, uint64_t size) {
  if (tile.width == 0 || tile.height == 0) return true;
  const uint64_t span = uint64_t{tile.height - 1} * tile.row_stride + tile.width;
  return inside(tile.first_element, span, size);
}

bool pixels_inside(const Tile& tile, const Image& canvas) {
  return tile.scale > 0 && inside(tile.x, uint64_t{tile.width} * tile.scale, canvas.width) &&
         inside(tile.y, uint64_t{tile.height} * tile.scale, canvas.height);
}

}  // namespace

Result<void> check_ranges(std::span<const float> elements, std::span<const ElementRange> ranges) {
  for (const ElementRange& range : ranges) {
    if (!inside(range.first, range.count, elements.size()))
      return invalid("element range %lu+%lu: must lie inside the tensor's %zu elements",
                     range.first, range.count, elements.size());
  }
  return {};
}

Result<void> check_edges(std::span<const uint32_t> edges) {
  if (!std::is_sorted(edges.begin(), edges.end()))
    return invalid("histogram edges: must be in ascending order");
  return {};
}

Result<void> check_normalisations(std::span<const Normalisation> normalisations) {
  for (size_t i = 0; i < normalisations.size(); ++i) {
    const auto& thresholds = normalisations[i].thresholds;
    if (!std::is_sorted(thresholds.begin(), thresholds.end()))
      return invalid("normalisation %zu: thresholds must be in ascending order", i);
  }
  return {};
}

Result<void> check_tiles(std::span<const float> elements, std::span<const Tile> tiles,
                         size_t normalisation_count, const Image& canvas) {
  if (canvas.pixels.size() != size_t{canvas.width} * canvas.height)
    return invalid("canvas of %ux%u: must have as many pixels", canvas.width, canvas.height);
  for (size_t i = 0; i < tiles.size(); ++i) {
    if (!elements_inside(tiles[i], elements.size()))
      return invalid("tile %zu: must lie inside the tensor's %zu elements", i, elements.size());
    if (!pixels_inside(tiles[i], canvas))
      return invalid("tile %zu: must lie inside the canvas of %ux%u", i, canvas.width,
                     canvas.height);
    if (tiles[i].normalisation >= normalisation_count)
      return invalid("tile %zu: normalisation %u: must be below %zu", i, tiles[i].normalisation,
                     normalisation_count);
  }
  return {};
}

Result<void> check_extent(uint64_t width, uint64_t height) {
  if (width == 0 || height == 0 || width > kMaximumExtent || height > kMaximumExtent)
    return invalid("picture of %lux%lu pixels: each side must be from 1 to %u", width, height,
                   kMaximumExtent);
  return {};
}

Result<void> check_heatmaps(std::span<const Heatmap> maps) {
  for (const Heatmap& map : maps)
    GN_TRY(check_extent(uint64_t{map.width} * map.scale, uint64_t{map.height} * map.scale));
  return {};
}

}  // namespace geoneuron::views
