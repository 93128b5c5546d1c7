// SPDX-License-Identifier: MIT
#include "views/colour_index.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "views/cpu_clones.hpp"

namespace geoneuron::views {
namespace {

// A pixel as one store, which vectorises; may_alias makes that legal, also where a client's memory
// begins at an odd byte.
using Word __attribute__((may_alias, aligned(1))) = uint32_t;

inline uint32_t special_or(uint32_t bits, const uint32_t* palette, uint32_t index) {
  const uint32_t magnitude = bits & 0x7fffffffu;
  const uint32_t infinity = (bits >> 31) != 0 ? 258u : 257u;
  const uint32_t special = magnitude > kInfinityBits ? 256u : infinity;
  return palette[magnitude < kInfinityBits ? index : special];
}

inline uint32_t key_without_branch(uint32_t bits) {
  const uint32_t negative = static_cast<uint32_t>(-static_cast<int32_t>(bits >> 31));
  const uint32_t key = bits ^ (negative | kZeroKey);
  // -0: its bits become 0x7fffffff, one below the key of +0.
  return key + (bits == kZeroKey ? 1u : 0u);
}

// Monotone in `value`: rounding is, and so are the clamps; NaN gives 0.
inline int32_t estimate(float value, float origin, float slope) {
  float position = (value - origin) * slope;
  position = position > 0.0f ? position : 0.0f;
  position = position < 255.0f ? position : 255.0f;
  return static_cast<int32_t>(position);
}

// Guessed at a time: one value near a threshold makes all of these be looked at again.
constexpr size_t kGuessedAtOnce = 64;
// How near: a guess is off by much less, which are_clear() makes sure of.
constexpr float kNear = 1.0f / 4096;

// Threshold k is expected at k.
inline float place_of(float value, const IndexGuess& by) {
  return (value - by.origin) * by.slope;
}

// The whole part of a place is the index, unless a threshold is near: places are monotone in the
// value, and so on the same side of a threshold's place as the value is of the threshold. Beyond
// the thresholds every value is clear. False: some are not, or not finite. Whatever another program
// writes to the values meanwhile, an index is from 0 to 255.
GEONEURON_CPU_CLONES
bool guess_all(const float* values, size_t count, const IndexGuess& by, int32_t* indices) {
  // Two loops, or else the compiler makes branches of the bounds and no vectors.
  float places[kGuessedAtOnce];
  uint32_t unclear = 0;
  for (size_t i = 0; i < count; ++i) {
    float place = place_of(values[i], by);
    place = place > 0.25f ? place : 0.25f;
    places[i] = place < 255.25f ? place : 255.25f;
    unclear |= (std::bit_cast<uint32_t>(values[i]) & kInfinityBits) == kInfinityBits ? 1 : 0;
  }
  for (size_t i = 0; i < count; ++i) {
    const auto index = static_cast<int32_t>(places[i]);
    const float off = std::abs(places[i] - static_cast<float>(index) - 0.5f);
    unclear |= off > 0.5f - kNear ? 1 : 0;
    indices[i] = index;
  }
  return unclear == 0;
}

// Whether each threshold's place is where it is expected.
GEONEURON_CPU_CLONES
bool are_clear(const uint32_t* thresholds, const IndexGuess& by) {
  uint32_t failures = 0;
  for (int32_t k = 1; k < 256; ++k) {
    const float off = place_of(value_of_key(thresholds[k - 1]), by) - static_cast<float>(k);
    failures |=
        static_cast<uint32_t>(!(off > -kNear / 2)) | static_cast<uint32_t>(!(off < kNear / 2));
  }
  return failures == 0;
}

// Values that are estimated at a time: what is known of them stays in the first-level cache.
constexpr size_t kEstimatedAtOnce = 512;

struct Estimates {
  uint32_t keys[kEstimatedAtOnce];
  int32_t indices[kEstimatedAtOnce];  // into a packed palette
};

GEONEURON_CPU_CLONES
void estimate_all(const float* values, size_t count, float origin, float slope,
                  Estimates& estimates) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(values[i]);
    const uint32_t magnitude = bits & 0x7fffffffu;
    const int32_t infinity = (bits >> 31) != 0 ? 258 : 257;
    const int32_t special = magnitude > kInfinityBits ? 256 : infinity;
    // Outside the choice, or else the loop is not vectorised.
    const int32_t index = estimate(values[i], origin, slope);
    estimates.keys[i] = key_without_branch(bits);
    estimates.indices[i] = magnitude < kInfinityBits ? index : special;
  }
}

// Apart from the arithmetic, and not cloned: AVX2's gathers take twice as long as single loads.
void look_up(const Estimates& estimates, size_t count, const uint32_t* bounds,
             const uint32_t* palette, Word* pixels) {
  for (size_t i = 0; i < count; ++i) {
    auto index = static_cast<uint32_t>(estimates.indices[i]);
    index -= bounds[index] > estimates.keys[i] ? 1 : 0;
    pixels[i] = palette[index];
  }
}

void paint_by_estimate(const float* values, size_t count, const uint32_t* bounds,
                       const IndexEstimate& by, const uint32_t* palette, Word* pixels) {
  Estimates estimates;
  float copies[kEstimatedAtOnce];
  for (size_t at = 0; at < count; at += kEstimatedAtOnce) {
    const size_t part = std::min(kEstimatedAtOnce, count - at);
    // Read once: whoever may write to the values must not change them between estimate and key.
    std::memcpy(copies, values + at, part * sizeof(float));
    estimate_all(copies, part, by.origin, by.slope, estimates);
    look_up(estimates, part, bounds, palette, pixels + at);
  }
}

GEONEURON_CPU_CLONES
void paint_by_search(const float* values, size_t count, const uint32_t* bounds,
                     const uint32_t* palette, Word* pixels) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(values[i]);
    const uint32_t key = key_without_branch(bits);
    uint32_t index = 0;
    for (uint32_t step = 128; step > 0; step /= 2) index += bounds[index + step] <= key ? step : 0;
    pixels[i] = special_or(bits, palette, index);
  }
}

// Whether the estimate is the index or one more for all values. Index k holds those from threshold
// k to just below threshold k + 1; the estimate being monotone, those two ends tell what it can be
// in between. No branch leaves the loop, so that it is vectorised.
GEONEURON_CPU_CLONES
bool estimates_are_close(const uint32_t* bounds, float origin, float slope) {
  uint32_t failures = 0;
  for (int32_t k = 0; k < 256; ++k) {
    const uint32_t low = bounds[k], high = bounds[k + 1] - 1;
    const bool is_low = estimate(value_of_key(low), origin, slope) < k;
    const bool is_high = estimate(value_of_key(high), origin, slope) > k + 1;
    failures |= static_cast<uint32_t>(low <= high) & (is_low | is_high);
  }
  return failures == 0;
}

}  // namespace

uint32_t colour_index(const Normalisation& normalisation, uint32_t key) {
  uint32_t index = 0;
  for (uint32_t step = 128; step > 0; step /= 2)
    index += normalisation.thresholds[index + step - 1] <= key ? step : 0;
  return index;
}

PackedPalette packed(const Palette& palette) {
  PackedPalette words;
  for (size_t i = 0; i < 256; ++i) words[i] = std::bit_cast<uint32_t>(palette.colours[i]);
  words[256] = std::bit_cast<uint32_t>(palette.nan);
  words[257] = std::bit_cast<uint32_t>(palette.positive_infinity);
  words[258] = std::bit_cast<uint32_t>(palette.negative_infinity);
  return words;
}

IndexEstimate estimate_of(const Normalisation& normalisation) {
  const double first = value_of_key(normalisation.thresholds.front());
  const double last = value_of_key(normalisation.thresholds.back());
  const double slope = 254.0 / (last - first);
  const auto origin = static_cast<float>(first - 1.5 / slope);
  const auto rounded = static_cast<float>(slope);
  if (!std::isfinite(origin) || !std::isfinite(rounded)) return {};
  return {origin, rounded, 0};
}

IndexGuess guess_of(const Normalisation& normalisation) {
  const double first = value_of_key(normalisation.thresholds.front());
  const double last = value_of_key(normalisation.thresholds.back());
  const double slope = 254.0 / (last - first);
  return {static_cast<float>(first - 1.0 / slope), static_cast<float>(slope)};
}

ColourIndexer::ColourIndexer(const Normalisation& normalisation) : guess_(guess_of(normalisation)) {
  guess_is_clear_ = guess_.slope > 0 && are_clear(normalisation.thresholds.data(), guess_);
  const auto& thresholds = normalisation.thresholds;
  for (size_t i = 0; i < thresholds.size(); ++i) bounds_[i + 1] = thresholds[i];
  estimate_ = estimate_of(normalisation);
  std::array<uint32_t, 257> bounds;
  std::copy_n(bounds_.begin(), 256, bounds.begin());
  bounds.front() = key_of(-INFINITY) + 1;
  bounds.back() = key_of(INFINITY);
  estimate_is_close_ = estimates_are_close(bounds.data(), estimate_.origin, estimate_.slope);
}

void ColourIndexer::paint(std::span<const float> values, const PackedPalette& palette,
                          Rgba8* pixels) const {
  if (!guess_is_clear_) return paint_by_bounds(values, palette, pixels);
  auto* out = reinterpret_cast<Word*>(pixels);
  int32_t indices[kGuessedAtOnce];
  for (size_t at = 0; at < values.size(); at += kGuessedAtOnce) {
    const size_t part = std::min(kGuessedAtOnce, values.size() - at);
    if (!guess_all(values.data() + at, part, guess_, indices)) {
      paint_by_bounds(values.subspan(at, part), palette, pixels + at);
      continue;
    }
    for (size_t i = 0; i < part; ++i) out[at + i] = palette[static_cast<uint32_t>(indices[i])];
  }
}

void ColourIndexer::paint_by_bounds(std::span<const float> values, const PackedPalette& palette,
                                    Rgba8* pixels) const {
  auto* out = reinterpret_cast<Word*>(pixels);
  if (estimate_is_close_)
    paint_by_estimate(values.data(), values.size(), bounds_.data(), estimate_, palette.data(), out);
  else
    paint_by_search(values.data(), values.size(), bounds_.data(), palette.data(), out);
}

}  // namespace geoneuron::views
