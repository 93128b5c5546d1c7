// SPDX-License-Identifier: MIT
// CpuPixels: the PixelDevice on the machine's cores. One thread at a time; uses several for large
// jobs.
#pragma once

#include "views/pixel_device.hpp"

namespace geoneuron::views {

class CpuPixels final : public PixelDevice {
 public:
  Result<std::vector<KeyStatistics>> statistics(std::span<const float> elements,
                                                std::span<const ElementRange> ranges) override;
  Result<std::vector<uint32_t>> keys_of_rank(std::span<const float> elements,
                                             std::span<const RankQuery> queries) override;
  Result<std::vector<uint64_t>> histogram(std::span<const float> elements, ElementRange range,
                                          std::span<const uint32_t> edges) override;
  Result<void> paint(std::span<const float> elements, std::span<const Tile> tiles,
                     std::span<const Normalisation> normalisations, const Palette& palette,
                     Image& canvas) override;
  Result<void> paint_heatmaps(std::span<const Heatmap> maps, const NormalisationChoice& choice,
                              const Palette& palette) override;
  Result<Accumulation> accumulate(std::span<const Segment> segments, uint32_t width,
                                  uint32_t height) override;
};

}  // namespace geoneuron::views
