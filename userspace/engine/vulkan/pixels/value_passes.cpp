// SPDX-License-Identifier: MIT
// VulkanPixels: statistics, ranks and histograms.
#include <algorithm>

#include "engine/vulkan/pixels/chunks.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "shaders/views/digits.hpp"
#include "shaders/views/histogram.hpp"
#include "shaders/views/statistics.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using views::ElementRange;
using views::KeyStatistics;
using views::RankQuery;

constexpr auto kTexels = BindingKind::kTexelBuffer;
constexpr auto kStorage = BindingKind::kStorageBuffer;

// Elements on the device at once; counts of one slab fit into 32 bits.
constexpr uint64_t kMaximumSlab = 16u << 20;
// Digit counts of so many queries are kept at once: 8 MiB.
constexpr size_t kQueriesAtOnce = 1024;
constexpr uint32_t kDigits = 2048;

struct Parameters {
  uint32_t chunk_count = 0, a = 0, b = 0;
};

constexpr BindingKind kStatisticsBindings[] = {kTexels, kStorage, kStorage};
constexpr Shader kStatistics{"views/statistics", shaders::views_statistics, kStatisticsBindings,
                             sizeof(Parameters)};
constexpr BindingKind kCountBindings[] = {kTexels, kStorage, kStorage, kStorage};
constexpr Shader kDigitCounts{"views/digits", shaders::views_digits, kCountBindings,
                              sizeof(Parameters)};
constexpr Shader kHistogram{"views/histogram", shaders::views_histogram, kCountBindings,
                            sizeof(Parameters)};

// As in shaders/views/statistics.comp.
struct DeviceStatistics {
  uint32_t finite = 0, nan = 0, negative_infinity = 0;
  uint32_t minimum = UINT32_MAX, maximum = 0;
};

uint64_t slab_limit(const PixelCommands& commands) {
  return std::min<uint64_t>(kMaximumSlab, commands.limits().maxTexelBufferElements);
}

Result<void> upload_slab(PixelCommands& commands, std::span<const float> elements,
                         const Slab& slab) {
  GN_TRY(commands.upload<float>(0, elements.subspan(slab.elements.first, slab.elements.count)));
  return commands.upload<Chunk>(1, slab.chunks);
}

void merge(KeyStatistics& into, const DeviceStatistics& part) {
  if (part.finite > 0) {
    into.minimum_key = into.finite == 0 ? part.minimum : std::min(into.minimum_key, part.minimum);
    into.maximum_key = std::max(into.maximum_key, part.maximum);
  }
  into.finite += part.finite;
  into.nan += part.nan;
  into.negative_infinity += part.negative_infinity;
}

// One digit of a radix select: its lowest bit and its width, from the top.
struct DigitPass {
  uint32_t shift, bits;
};
constexpr DigitPass kPasses[] = {{21, 11}, {10, 11}, {0, 10}};

// A query while its key is being found: the digits so far, and the rank among keys that have them.
struct Search {
  uint32_t prefix = 0;
  uint64_t rank = 0;
};

// Adds up the digits of all keys that match each search's prefix.
Result<std::vector<uint64_t>> count_digits(PixelCommands& commands, std::span<const float> elements,
                                           std::span<const Slab> slabs,
                                           std::span<const Search> searches, DigitPass pass) {
  std::vector<uint64_t> sums(searches.size() * kDigits);
  for (const Slab& slab : slabs) {
    GN_TRY(upload_slab(commands, elements, slab));
    const auto prefixes =
        GN_TRY(commands.reserve<uint32_t>(2, searches.size(), MemoryUse::kUpload));
    for (size_t i = 0; i < searches.size(); ++i) prefixes[i] = searches[i].prefix;
    const auto counts = GN_TRY(commands.reserve<uint32_t>(3, sums.size(), MemoryUse::kReadback));
    std::fill(counts.begin(), counts.end(), 0u);
    const Parameters push{static_cast<uint32_t>(slab.chunks.size()), pass.shift, pass.bits};
    GN_TRY(commands.run(kDigitCounts, bytes_of(push), slab.chunks.size()));
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += counts[i];
  }
  return sums;
}

// Extends a search by the digit in which its rank falls; false where the rank is too high.
bool extend(Search& search, std::span<const uint64_t> counts, DigitPass pass) {
  uint32_t digit = 0;
  while (digit < counts.size() && search.rank >= counts[digit]) search.rank -= counts[digit++];
  search.prefix = search.prefix << pass.bits | digit;
  return digit < counts.size();
}

Result<void> find_keys(PixelCommands& commands, std::span<const float> elements,
                       std::span<const RankQuery> queries, std::span<uint32_t> keys) {
  std::vector<ElementRange> ranges;
  std::vector<Search> searches;
  for (const RankQuery& query : queries) {
    ranges.push_back(query.range);
    searches.push_back({0, query.rank});
  }
  const std::vector<Slab> slabs = cut(ranges, slab_limit(commands));
  for (const DigitPass pass : kPasses) {
    const auto counts = GN_TRY(count_digits(commands, elements, slabs, searches, pass));
    for (size_t i = 0; i < searches.size(); ++i) {
      if (!extend(searches[i], std::span(counts).subspan(i * kDigits, kDigits), pass))
        return invalid("rank: must be below the number of finite values of its range");
    }
  }
  for (size_t i = 0; i < searches.size(); ++i) keys[i] = searches[i].prefix;
  return {};
}

}  // namespace

Result<std::vector<KeyStatistics>> VulkanPixels::statistics(std::span<const float> elements,
                                                            std::span<const ElementRange> ranges) {
  GN_TRY(views::check_ranges(elements, ranges));
  std::vector<KeyStatistics> result(ranges.size());
  for (const Slab& slab : cut(ranges, slab_limit(commands_))) {
    GN_TRY(upload_slab(commands_, elements, slab));
    const auto parts =
        GN_TRY(commands_.reserve<DeviceStatistics>(2, ranges.size(), MemoryUse::kReadback));
    std::fill(parts.begin(), parts.end(), DeviceStatistics{});
    const Parameters push{static_cast<uint32_t>(slab.chunks.size()), 0, 0};
    GN_TRY(commands_.run(kStatistics, bytes_of(push), slab.chunks.size()));
    for (size_t i = 0; i < ranges.size(); ++i) merge(result[i], parts[i]);
  }
  for (size_t i = 0; i < ranges.size(); ++i) {
    KeyStatistics& one = result[i];
    one.positive_infinity = ranges[i].count - one.finite - one.nan - one.negative_infinity;
  }
  return result;
}

Result<std::vector<uint32_t>> VulkanPixels::keys_of_rank(std::span<const float> elements,
                                                         std::span<const RankQuery> queries) {
  for (const RankQuery& query : queries) GN_TRY(views::check_ranges(elements, {&query.range, 1}));
  std::vector<uint32_t> keys(queries.size());
  for (size_t at = 0; at < queries.size(); at += kQueriesAtOnce) {
    const size_t count = std::min(kQueriesAtOnce, queries.size() - at);
    GN_TRY(find_keys(commands_, elements, queries.subspan(at, count),
                     std::span(keys).subspan(at, count)));
  }
  return keys;
}

Result<std::vector<uint64_t>> VulkanPixels::histogram(std::span<const float> elements,
                                                      ElementRange range,
                                                      std::span<const uint32_t> edges) {
  GN_TRY(views::check_ranges(elements, {&range, 1}));
  GN_TRY(views::check_edges(edges));
  std::vector<uint64_t> sums(edges.size() + 1);
  for (const Slab& slab : cut({&range, 1}, slab_limit(commands_))) {
    GN_TRY(upload_slab(commands_, elements, slab));
    GN_TRY(commands_.upload<uint32_t>(2, edges));
    const auto counts = GN_TRY(commands_.reserve<uint32_t>(3, sums.size(), MemoryUse::kReadback));
    std::fill(counts.begin(), counts.end(), 0u);
    const Parameters push{static_cast<uint32_t>(slab.chunks.size()),
                          static_cast<uint32_t>(edges.size()), 0};
    GN_TRY(commands_.run(kHistogram, bytes_of(push), slab.chunks.size()));
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += counts[i];
  }
  return sums;
}

}  // namespace geoneuron::engine::vulkan
