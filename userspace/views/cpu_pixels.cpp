// SPDX-License-Identifier: MIT
#include "views/cpu_pixels.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "views/colour_index.hpp"
#include "views/cpu_clones.hpp"
#include "views/heatmaps.hpp"
#include "views/normalisation.hpp"
#include "views/parallel.hpp"
#include "views/pixel_checks.hpp"
#include "views/segment_run.hpp"

namespace geoneuron::views {
namespace {

// Starting a thread costs about as much as this many elements.
constexpr uint64_t kGrain = 1 << 16;

// 32-bit counters suffice below this, and four of them per element vectorise.
constexpr uint64_t kCountedAtOnce = 1 << 30;

// Masks and not conditions: from those the compiler makes branches, four times as slow.
GEONEURON_CPU_CLONES
void count_values(const float* values, uint64_t count, KeyStatistics& result) {
  constexpr auto kInfinity = static_cast<int32_t>(kInfinityBits);
  constexpr auto kNegativeInfinity = static_cast<int32_t>(kInfinityBits | kZeroKey);
  uint32_t finite = 0, nan = 0, negative_infinity = 0;
  // Keys with the top bit flipped order as signed integers, for which vector instructions exist.
  int32_t minimum = INT32_MAX, maximum = INT32_MIN;
  for (uint64_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<int32_t>(values[i]);
    const int32_t magnitude = bits & INT32_MAX;
    const int32_t is_finite = (magnitude - kInfinity) >> 31, is_nan = (kInfinity - magnitude) >> 31;
    const int32_t key = (bits ^ ((bits >> 31) & INT32_MAX)) + (bits == INT32_MIN ? 1 : 0);
    finite += static_cast<uint32_t>(is_finite & 1);
    nan += static_cast<uint32_t>(is_nan & 1);
    negative_infinity += bits == kNegativeInfinity ? 1 : 0;
    minimum = std::min(minimum, (key & is_finite) | (~is_finite & INT32_MAX));
    maximum = std::max(maximum, (key & is_finite) | (~is_finite & INT32_MIN));
  }
  result.finite = finite;
  result.nan = nan;
  result.negative_infinity = negative_infinity;
  result.positive_infinity = count - finite - nan - negative_infinity;
  result.minimum_key = finite > 0 ? static_cast<uint32_t>(minimum) ^ kZeroKey : 0;
  result.maximum_key = finite > 0 ? static_cast<uint32_t>(maximum) ^ kZeroKey : 0;
}

void merge(KeyStatistics& into, const KeyStatistics& other) {
  if (other.finite > 0) {
    const bool first = into.finite == 0;
    into.minimum_key = first ? other.minimum_key : std::min(into.minimum_key, other.minimum_key);
    into.maximum_key = std::max(into.maximum_key, other.maximum_key);
  }
  into.finite += other.finite;
  into.nan += other.nan;
  into.positive_infinity += other.positive_infinity;
  into.negative_infinity += other.negative_infinity;
}

KeyStatistics statistics_of(const float* values, uint64_t count) {
  KeyStatistics result;
  for (uint64_t i = 0; i < count; i += kCountedAtOnce) {
    KeyStatistics part;
    count_values(values + i, std::min(kCountedAtOnce, count - i), part);
    merge(result, part);
  }
  return result;
}

// One step of a radix select: the digit in which `rank` falls; `rank` becomes that within it.
uint32_t select_digit(std::span<const uint64_t> counts, uint64_t& rank) {
  uint32_t digit = 0;
  while (rank >= counts[digit]) rank -= counts[digit++];
  return digit;
}

// The key of `rank` among keys that agree in the bits from `shift` + 11 up.
uint32_t select_among(std::vector<uint32_t> keys, uint64_t rank, int shift) {
  for (; shift >= 0; shift = shift == 0 ? -1 : 0) {
    std::vector<uint64_t> counts(2048);
    for (const uint32_t key : keys) ++counts[(key >> shift) & 2047];
    const uint32_t digit = select_digit(counts, rank);
    std::erase_if(keys, [&](uint32_t key) { return ((key >> shift) & 2047) != digit; });
  }
  return keys.front();
}

// Radix select by the digits of bits 31..21, 20..10 and 10..0 of the keys.
class RankSelector {
 public:
  explicit RankSelector(std::span<const float> values) : values_(values), counts_(2048) {
    for (const float value : values_) {
      const uint32_t bits = std::bit_cast<uint32_t>(value);
      if (is_finite_bits(bits)) ++counts_[key_of_bits(bits) >> 21];
    }
    for (const uint64_t count : counts_) finite_ += count;
  }

  uint64_t finite() const { return finite_; }

  uint32_t key(uint64_t rank) const {
    const uint32_t digit = select_digit(counts_, rank);
    std::vector<uint32_t> keys;
    keys.reserve(counts_[digit]);
    for (const float value : values_) {
      const uint32_t bits = std::bit_cast<uint32_t>(value);
      if (is_finite_bits(bits) && key_of_bits(bits) >> 21 == digit)
        keys.push_back(key_of_bits(bits));
    }
    return select_among(std::move(keys), rank, 10);
  }

 private:
  std::span<const float> values_;
  std::vector<uint64_t> counts_;
  uint64_t finite_ = 0;
};

bool same_range(const RankQuery& a, const RankQuery& b) {
  return a.range.first == b.range.first && a.range.count == b.range.count;
}

// Answers queries[begin, end); false where a rank is too high. Neighbours that share a range share
// the first pass.
bool answer(std::span<const float> elements, std::span<const RankQuery> queries, uint64_t begin,
            uint64_t end, std::vector<uint32_t>& keys) {
  for (uint64_t i = begin; i < end;) {
    const ElementRange range = queries[i].range;
    const RankSelector selector(elements.subspan(range.first, range.count));
    const uint64_t first = i;
    for (; i < end && same_range(queries[first], queries[i]); ++i) {
      if (queries[i].rank >= selector.finite()) return false;
      keys[i] = selector.key(queries[i].rank);
    }
  }
  return true;
}

void count_bins(std::span<const float> values, std::span<const uint32_t> edges,
                std::vector<uint64_t>& counts) {
  for (const float value : values) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if (!is_finite_bits(bits)) continue;
    const auto bin = std::upper_bound(edges.begin(), edges.end(), key_of_bits(bits));
    ++counts[static_cast<size_t>(bin - edges.begin())];
  }
}

// Paints rows of a map: values `row_stride` apart, pixels `pixel_stride`, each counted in elements.
// What is painted is only written, never read, as it may be a client's memory.
struct RowPainter {
  const ColourIndexer& indexer;
  const PackedPalette& palette;
  uint32_t width = 0, scale = 1;
  const float* values = nullptr;
  size_t row_stride = 0;
  Rgba8* pixels = nullptr;
  size_t pixel_stride = 0;

  // Rows [begin, end).
  void paint(uint64_t begin, uint64_t end) const {
    if (scale == 1 && row_stride == width && pixel_stride == width) {  // as one long row
      const std::span from(values + begin * width, (end - begin) * width);
      return indexer.paint(from, palette, pixels + begin * width);
    }
    std::vector<Rgba8> row(scale == 1 ? 0 : width), wide(row.size() * scale);
    for (uint64_t i = begin; i < end; ++i) {
      const std::span from(values + i * row_stride, width);
      Rgba8* out = pixels + i * scale * pixel_stride;
      if (scale == 1) {
        indexer.paint(from, palette, out);
        continue;
      }
      indexer.paint(from, palette, row.data());
      for (uint32_t x = 0; x < width; ++x) std::fill_n(&wide[size_t{x} * scale], scale, row[x]);
      for (uint32_t copy = 0; copy < scale; ++copy)
        std::copy_n(wide.data(), wide.size(), out + copy * pixel_stride);
    }
  }
};

// Maps that follow each other and have the same limits share one indexer.
class HeatmapPainter {
 public:
  HeatmapPainter(const NormalisationChoice& choice, const PackedPalette& palette)
      : choice_(choice), palette_(palette) {}

  Result<void> paint(const Heatmap& map) {
    const Limits limits = GN_TRY(limits_of(map, choice_));
    if (!indexer_ || limits != limits_) {
      indexer_.emplace(thresholds_of(limits));
      limits_ = limits;
    }
    const size_t pixel_stride = size_t{map.width} * map.scale;
    const RowPainter painter{*indexer_,    palette_,  map.width,  map.scale,
                             map.elements, map.width, map.pixels, pixel_stride};
    parallel_for(map.height, kGrain / map.width + 1,
                 [&](uint64_t begin, uint64_t end, uint32_t) { painter.paint(begin, end); });
    return {};
  }

 private:
  const NormalisationChoice& choice_;
  const PackedPalette& palette_;
  Limits limits_;
  std::optional<ColourIndexer> indexer_;
};

void add_run(const SegmentRun& run, Accumulation& sums) {
  const auto magnitude = static_cast<uint64_t>(std::abs(int64_t{run.weight}));
  uint64_t* plane = (run.weight > 0 ? sums.positive : sums.negative).data();
  int32_t minor = run.minor;
  for (int32_t i = 0; i < run.count; ++i, minor += run.slope) {
    const auto major = static_cast<size_t>(run.first + i),
               across = static_cast<size_t>(minor >> 16);
    plane[run.steep != 0 ? major * sums.width + across : across * sums.width + major] += magnitude;
  }
}

Accumulation empty_sums(uint32_t width, uint32_t height) {
  const size_t size = size_t{width} * height;
  return {width, height, std::vector<uint64_t>(size), std::vector<uint64_t>(size)};
}

void add_planes(Accumulation& into, const Accumulation& other) {
  for (size_t i = 0; i < into.positive.size(); ++i) into.positive[i] += other.positive[i];
  for (size_t i = 0; i < into.negative.size(); ++i) into.negative[i] += other.negative[i];
}

}  // namespace

Result<std::vector<KeyStatistics>> CpuPixels::statistics(std::span<const float> elements,
                                                         std::span<const ElementRange> ranges) {
  if (auto checked = check_ranges(elements, ranges); !checked) return checked.error();
  std::vector<KeyStatistics> result(ranges.size());
  if (ranges.size() == 1) {
    const float* values = elements.data() + ranges[0].first;
    std::vector<KeyStatistics> parts(part_count(ranges[0].count, kGrain));
    parallel_for(ranges[0].count, kGrain, [&](uint64_t begin, uint64_t end, uint32_t part) {
      parts[part] = statistics_of(values + begin, end - begin);
    });
    for (const KeyStatistics& part : parts) merge(result[0], part);
    return result;
  }
  const uint64_t grain = kGrain / (elements.size() / std::max<size_t>(ranges.size(), 1) + 1) + 1;
  parallel_for(ranges.size(), grain, [&](uint64_t begin, uint64_t end, uint32_t) {
    for (uint64_t i = begin; i < end; ++i)
      result[i] = statistics_of(elements.data() + ranges[i].first, ranges[i].count);
  });
  return result;
}

Result<std::vector<uint32_t>> CpuPixels::keys_of_rank(std::span<const float> elements,
                                                      std::span<const RankQuery> queries) {
  uint64_t total = 0;
  for (const RankQuery& query : queries) {
    if (auto checked = check_ranges(elements, {&query.range, 1}); !checked) return checked.error();
    total += query.range.count;
  }
  std::vector<uint32_t> keys(queries.size());
  const uint64_t grain = kGrain / (total / std::max<size_t>(queries.size(), 1) + 1) + 2;
  std::vector<uint8_t> answered(part_count(queries.size(), grain));
  parallel_for(queries.size(), grain, [&](uint64_t begin, uint64_t end, uint32_t part) {
    answered[part] = answer(elements, queries, begin, end, keys) ? 1 : 0;
  });
  if (std::count(answered.begin(), answered.end(), 0) > 0)
    return invalid("rank: must be below the number of finite values of its range");
  return keys;
}

Result<std::vector<uint64_t>> CpuPixels::histogram(std::span<const float> elements,
                                                   ElementRange range,
                                                   std::span<const uint32_t> edges) {
  if (auto checked = check_ranges(elements, {&range, 1}); !checked) return checked.error();
  if (auto checked = check_edges(edges); !checked) return checked.error();
  std::vector<std::vector<uint64_t>> parts(part_count(range.count, kGrain));
  parallel_for(range.count, kGrain, [&](uint64_t begin, uint64_t end, uint32_t part) {
    parts[part].resize(edges.size() + 1);
    count_bins(elements.subspan(range.first + begin, end - begin), edges, parts[part]);
  });
  for (size_t part = 1; part < parts.size(); ++part)
    for (size_t i = 0; i < parts[0].size(); ++i) parts[0][i] += parts[part][i];
  return parts[0];
}

Result<void> CpuPixels::paint(std::span<const float> elements, std::span<const Tile> tiles,
                              std::span<const Normalisation> normalisations, const Palette& palette,
                              Image& canvas) {
  if (auto checked = check_tiles(elements, tiles, normalisations.size(), canvas); !checked)
    return checked;
  if (auto checked = check_normalisations(normalisations); !checked) return checked;
  const std::vector<ColourIndexer> indexers(normalisations.begin(), normalisations.end());
  const PackedPalette colours = packed(palette);
  // All rows of all tiles are numbered, so that one huge map is shared out like many small ones.
  std::vector<uint64_t> first_row{0};
  uint64_t pixels = 0;
  for (const Tile& tile : tiles) {
    first_row.push_back(first_row.back() + tile.height);
    pixels += uint64_t{tile.width} * tile.height;
  }
  const uint64_t rows = first_row.back();
  const uint64_t grain = rows * kGrain / std::max<uint64_t>(pixels, 1) + 1;
  parallel_for(rows, grain, [&](uint64_t begin, uint64_t end, uint32_t) {
    auto next = std::upper_bound(first_row.begin(), first_row.end(), begin);
    for (size_t i = static_cast<size_t>(next - first_row.begin()) - 1;
         i < tiles.size() && first_row[i] < end; ++i) {
      const uint64_t top = std::max(begin, first_row[i]) - first_row[i];
      const uint64_t bottom = std::min(end, first_row[i + 1]) - first_row[i];
      const Tile& tile = tiles[i];
      Rgba8* const corner = canvas.pixels.data() + size_t{tile.y} * canvas.width + tile.x;
      const RowPainter painter{
          indexers[tile.normalisation],         colours,         tile.width, tile.scale,
          elements.data() + tile.first_element, tile.row_stride, corner,     canvas.width};
      painter.paint(top, bottom);
    }
  });
  return {};
}

Result<void> CpuPixels::paint_heatmaps(std::span<const Heatmap> maps,
                                       const NormalisationChoice& choice, const Palette& palette) {
  GN_TRY(check_heatmaps(maps));
  const PackedPalette colours = packed(palette);
  uint64_t elements = 0;
  for (const Heatmap& map : maps) elements += map.element_count();
  // One after the other, each while the cache holds it.
  const uint64_t grain = maps.size() * kGrain / std::max<uint64_t>(elements, 1) + 1;
  std::vector<Result<void>> results(part_count(maps.size(), grain));
  parallel_for(maps.size(), grain, [&](uint64_t begin, uint64_t end, uint32_t part) {
    HeatmapPainter painter(choice, colours);
    for (uint64_t i = begin; i < end && results[part]; ++i) results[part] = painter.paint(maps[i]);
  });
  for (Result<void>& result : results) GN_TRY(std::move(result));
  return {};
}

Result<Accumulation> CpuPixels::accumulate(std::span<const Segment> segments, uint32_t width,
                                           uint32_t height) {
  if (auto checked = check_extent(width, height); !checked) return checked.error();
  const uint64_t grain = std::max<uint64_t>(kGrain / 4, uint64_t{width} * height / 4);
  std::vector<Accumulation> parts(part_count(segments.size(), grain));
  parallel_for(segments.size(), grain, [&](uint64_t begin, uint64_t end, uint32_t part) {
    parts[part] = empty_sums(width, height);
    for (uint64_t i = begin; i < end; ++i) {
      if (const auto run = run_of(segments[i], width, height)) add_run(*run, parts[part]);
    }
  });
  for (size_t part = 1; part < parts.size(); ++part) add_planes(parts[0], parts[part]);
  return std::move(parts[0]);
}

}  // namespace geoneuron::views
