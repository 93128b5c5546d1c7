// SPDX-License-Identifier: MIT
// What every PixelDevice checks before it touches memory. EINVAL with a sentence. Thread-safe.
#pragma once

#include <span>

#include "base/result.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

Result<void> check_ranges(std::span<const float> elements, std::span<const ElementRange> ranges);
Result<void> check_edges(std::span<const uint32_t> edges);
// Thresholds must ascend: devices walk along them.
Result<void> check_normalisations(std::span<const Normalisation> normalisations);
// Tiles must lie inside elements, normalisations and canvas.
Result<void> check_tiles(std::span<const float> elements, std::span<const Tile> tiles,
                         size_t normalisation_count, const Image& canvas);
// Each must have a picture of 1 to kMaximumExtent pixels a side.
Result<void> check_heatmaps(std::span<const Heatmap> maps);
// Each side from 1 to kMaximumExtent.
Result<void> check_extent(uint64_t width, uint64_t height);

}  // namespace geoneuron::views
