// SPDX-License-Identifier: MIT
// PixelDevice: the integer primitives that every view is made of. Two implementations, the cores
// (views/cpu_pixels) and Vulkan (engine/vulkan), must give the same bytes for the same bytes.
// One thread at a time per device.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"
#include "views/key.hpp"

namespace geoneuron::views {

// A run of elements of one float32 tensor.
struct ElementRange {
  uint64_t first = 0;
  uint64_t count = 0;
};

struct KeyStatistics {
  uint64_t finite = 0, nan = 0, positive_infinity = 0, negative_infinity = 0;
  uint32_t minimum_key = 0, maximum_key = 0;  // valid where finite > 0, else 0
  bool operator==(const KeyStatistics&) const = default;
};

// Asks for the key of one rank (0 = smallest) among the finite values of a range; the rank must be
// below their number.
struct RankQuery {
  ElementRange range;
  uint64_t rank = 0;
};

// 255 ascending keys; the colour index of a value is the number of thresholds <= its key.
struct Normalisation {
  std::array<uint32_t, 255> thresholds{};
};

// 256 colours by index, then those of NaN, +infinity and -infinity.
struct Palette {
  std::array<Rgba8, 256> colours{};
  Rgba8 nan, positive_infinity, negative_infinity;
};

// One map: `height` rows of `width` elements, `row_stride` elements apart, painted at (x, y) with
// each element as a square of `scale` pixels.
struct Tile {
  uint64_t first_element = 0;
  uint32_t width = 0, height = 0, row_stride = 0;
  uint32_t x = 0, y = 0, scale = 1;
  uint32_t normalisation = 0;  // index into paint's normalisations
};

// A map and its picture, wherever both lie: `height` rows of `width` elements without gaps, and as
// many squares of `scale` pixels. The memory may be a client's, who may write to it at any time:
// then the picture shows something else, and nothing worse happens.
struct Heatmap {
  const float* elements = nullptr;
  uint32_t width = 0, height = 0, scale = 1;
  Rgba8* pixels = nullptr;

  uint64_t element_count() const { return uint64_t{width} * height; }
  uint64_t pixel_count() const { return element_count() * scale * scale; }
};

struct NormalisationChoice;

// A line with fixed-point ends (24.8 pixels; the centre of pixel (0,0) is 128,128) and a signed
// weight, added once to each pixel that the line covers: one per column where it is wider than
// high, else one per row; see segment_run.hpp for the exact rule.
struct Segment {
  int32_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int32_t weight = 0;
};

// Sums of weights per pixel, positive and negative (as magnitudes) apart.
struct Accumulation {
  uint32_t width = 0, height = 0;
  std::vector<uint64_t> positive, negative;
  bool operator==(const Accumulation&) const = default;
};

// No picture is wider or higher; also the bound of every shader loop along an edge.
inline constexpr uint32_t kMaximumExtent = 16000;

class PixelDevice {
 public:
  virtual ~PixelDevice() = default;

  // Statistics of each range of `elements`.
  virtual Result<std::vector<KeyStatistics>> statistics(std::span<const float> elements,
                                                        std::span<const ElementRange> ranges) = 0;
  // The answer to each query, in order.
  virtual Result<std::vector<uint32_t>> keys_of_rank(std::span<const float> elements,
                                                     std::span<const RankQuery> queries) = 0;
  // Counts, among the finite values of a range, by number of `edges` (ascending keys) <= key:
  // edges.size() + 1 counts.
  virtual Result<std::vector<uint64_t>> histogram(std::span<const float> elements,
                                                  ElementRange range,
                                                  std::span<const uint32_t> edges) = 0;
  // Paints all tiles over `canvas` in one batch. Tiles lie inside the canvas and do not overlap.
  virtual Result<void> paint(std::span<const float> elements, std::span<const Tile> tiles,
                             std::span<const Normalisation> normalisations, const Palette& palette,
                             Image& canvas) = 0;
  // Paints each map in colours by its own limits, as limits_of and paint do for one tile. Pictures
  // do not overlap. EINVAL for one that check_heatmaps refuses.
  virtual Result<void> paint_heatmaps(std::span<const Heatmap> maps,
                                      const NormalisationChoice& choice,
                                      const Palette& palette) = 0;
  // Adds up the segments, clipped to the canvas of at most kMaximumExtent pixels a side.
  virtual Result<Accumulation> accumulate(std::span<const Segment> segments, uint32_t width,
                                          uint32_t height) = 0;
};

}  // namespace geoneuron::views
