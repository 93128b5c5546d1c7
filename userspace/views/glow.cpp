// SPDX-License-Identifier: MIT
#include "views/glow.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace geoneuron::views {
namespace {

// Buckets of equal ratio: 64 to an octave, so that no brightness step can be seen.
constexpr uint32_t kBucketBits = 6;
constexpr size_t kBuckets = 64u << kBucketBits;

size_t bucket_of(uint64_t sum) {
  const auto octave = static_cast<uint32_t>(std::bit_width(sum)) - 1;
  const uint64_t fraction =
      octave >= kBucketBits ? sum >> (octave - kBucketBits) : sum << (kBucketBits - octave);
  return (size_t{octave} << kBucketBits) + (fraction & ((1u << kBucketBits) - 1));
}

using Levels = std::array<uint8_t, kBuckets>;

// By bucket: the share of pixels up to its middle, of 255, raised to `power`.
Levels equalise(const Accumulation& sums, uint32_t power) {
  std::array<uint64_t, kBuckets> counts{};
  uint64_t total = 0;
  for (size_t i = 0; i < sums.positive.size(); ++i) {
    const uint64_t sum = sums.positive[i] + sums.negative[i];
    if (sum == 0) continue;
    ++counts[bucket_of(sum)];
    ++total;
  }
  Levels levels{};
  if (total == 0) return levels;
  uint64_t below = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    if (counts[i] == 0) continue;
    const uint64_t rank = (2 * below + counts[i]) * 255 / (2 * total);
    uint64_t level = rank;
    for (uint32_t p = 1; p < power; ++p) level = level * rank / 255;
    levels[i] = static_cast<uint8_t>(std::max<uint64_t>(level, 1));
    below += counts[i];
  }
  return levels;
}

// The share of positive light, 0 to 256, pushed away from the middle (3t^2 - 2t^3).
uint32_t warmth(uint64_t positive, uint64_t negative) {
  // Sums stay below 2^55: 2^24 edges of weight 2^20 each and some.
  const uint64_t share = positive * 256 / (positive + negative);
  return static_cast<uint32_t>(share * share * (768 - 2 * share) >> 16);
}

struct Stop {
  uint32_t at;
  std::array<uint32_t, 3> colour;
};
// White is kept for the very brightest: where everything is, nothing can be seen.
constexpr Stop kWarm[] = {{0, {0, 0, 0}},        {48, {58, 15, 7}},     {112, {150, 50, 14}},
                          {184, {236, 118, 30}}, {232, {255, 178, 80}}, {255, {255, 232, 190}}};
constexpr Stop kCool[] = {{0, {0, 0, 0}},        {48, {6, 20, 58}},      {112, {16, 62, 150}},
                          {184, {40, 128, 236}}, {232, {100, 190, 255}}, {255, {204, 236, 255}}};

std::array<uint16_t, 3> ramp(std::span<const Stop> stops, uint32_t level) {
  size_t i = 1;
  while (stops[i].at < level) ++i;
  const Stop &low = stops[i - 1], &high = stops[i];
  std::array<uint16_t, 3> colour{};
  for (size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<uint16_t>(
        (low.colour[c] * (high.at - level) + high.colour[c] * (level - low.at)) /
        (high.at - low.at));
  return colour;
}

using Ramp = std::array<std::array<uint16_t, 3>, 256>;

Ramp make_ramp(std::span<const Stop> stops) {
  Ramp colours;
  for (uint32_t level = 0; level < 256; ++level) colours[level] = ramp(stops, level);
  return colours;
}

// One pass of a sliding mean along a line of `count` pixels, `step` apart; edges repeat.
void blur_line(std::array<uint16_t, 3>* line, size_t count, size_t step, uint32_t radius,
               std::vector<std::array<uint16_t, 3>>& copy) {
  for (size_t i = 0; i < count; ++i) copy[i] = line[i * step];
  const auto at = [&](ptrdiff_t i) -> const std::array<uint16_t, 3>& {
    return copy[static_cast<size_t>(
        std::clamp<ptrdiff_t>(i, 0, static_cast<ptrdiff_t>(count) - 1))];
  };
  const auto reach = static_cast<ptrdiff_t>(radius);
  std::array<uint32_t, 3> sum{};
  for (ptrdiff_t i = -reach; i <= reach; ++i)
    for (size_t c = 0; c < 3; ++c) sum[c] += at(i)[c];
  for (size_t i = 0; i < count; ++i) {
    const auto here = static_cast<ptrdiff_t>(i);
    for (size_t c = 0; c < 3; ++c) {
      line[i * step][c] = static_cast<uint16_t>(sum[c] / (2 * radius + 1));
      sum[c] += at(here + reach + 1)[c];
      sum[c] -= at(here - reach)[c];
    }
  }
}

// Twice a mean over a square: close to a round, soft spot.
void blur(Light& light, uint32_t radius) {
  std::vector<std::array<uint16_t, 3>> copy(std::max(light.width, light.height));
  for (int pass = 0; pass < 2; ++pass) {
    for (size_t y = 0; y < light.height; ++y)
      blur_line(&light.pixels[y * light.width], light.width, 1, radius, copy);
    for (size_t x = 0; x < light.width; ++x)
      blur_line(&light.pixels[x], light.height, light.width, radius, copy);
  }
}

void add_halo(Light& light, const GlowOptions& options) {
  if (options.halo_radius == 0 || options.halo_percent == 0 || light.pixels.empty()) return;
  // Sixteen times as fine, so that a faint halo does not fade in steps.
  Light halo = light;
  for (auto& pixel : halo.pixels)
    for (uint16_t& channel : pixel) channel = static_cast<uint16_t>(channel * 16);
  blur(halo, options.halo_radius);
  for (size_t i = 0; i < light.pixels.size(); ++i)
    for (size_t c = 0; c < 3; ++c)
      light.pixels[i][c] = static_cast<uint16_t>(light.pixels[i][c] +
                                                 halo.pixels[i][c] * options.halo_percent / 1600);
}

Rgba8 colour_of(std::span<const Stop> stops, uint8_t level) {
  const auto colour = ramp(stops, level);
  return {static_cast<uint8_t>(colour[0]), static_cast<uint8_t>(colour[1]),
          static_cast<uint8_t>(colour[2])};
}

}  // namespace

Light make_light(const Accumulation& sums, const GlowOptions& options) {
  const Levels levels = equalise(sums, options.power);
  const Ramp warm = make_ramp(kWarm), cool = make_ramp(kCool);
  Light light{sums.width, sums.height, {}};
  light.pixels.resize(sums.positive.size());
  for (size_t i = 0; i < light.pixels.size(); ++i) {
    const uint64_t positive = sums.positive[i], negative = sums.negative[i];
    if (positive + negative == 0) continue;
    const uint8_t level = levels[bucket_of(positive + negative)];
    const uint32_t share = warmth(positive, negative);
    for (size_t c = 0; c < 3; ++c)
      light.pixels[i][c] =
          static_cast<uint16_t>((warm[level][c] * share + cool[level][c] * (256 - share)) / 256);
  }
  add_halo(light, options);
  return light;
}

void add_light(const Light& light, Image& canvas, uint32_t x, uint32_t y) {
  assert(x + light.width <= canvas.width && y + light.height <= canvas.height);
  const auto add = [](uint8_t under, uint32_t channel) {
    return static_cast<uint8_t>(std::min<uint32_t>(under + channel, 255));
  };
  for (uint32_t row = 0; row < light.height; ++row)
    for (uint32_t column = 0; column < light.width; ++column) {
      Rgba8& pixel = canvas.at(x + column, y + row);
      const auto& channels = light.pixels[size_t{row} * light.width + column];
      pixel.red = add(pixel.red, channels[0]);
      pixel.green = add(pixel.green, channels[1]);
      pixel.blue = add(pixel.blue, channels[2]);
    }
}

Rgba8 warm_colour(uint8_t brightness) {
  return colour_of(kWarm, brightness);
}
Rgba8 cool_colour(uint8_t brightness) {
  return colour_of(kCool, brightness);
}

}  // namespace geoneuron::views
