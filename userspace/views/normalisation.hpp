// SPDX-License-Identifier: MIT
// Normalisations: from how limits are chosen, over limits, to the 255 thresholds that every device
// compares keys with. Thread-safe but for the device.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/parameters.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

enum class NormalisationMethod : uint8_t { kMinMax, kPercentile, kSymmetric, kFixed };
enum class NormalisationScope : uint8_t { kMap, kLayer, kModel };

// The values that get the first and the last colour; both finite, low <= high.
struct Limits {
  float low = 0, high = 0;
  // -low == high, and 0 has index 128 in the middle of its colour.
  bool symmetric = false;
  bool operator==(const Limits&) const = default;
};

struct NormalisationChoice {
  NormalisationMethod method = NormalisationMethod::kMinMax;
  NormalisationScope scope = NormalisationScope::kMap;
  // kFixed: values; kPercentile: thousandths of a percent.
  double low = 0, high = 0;
  // The diverging colour map: whatever the method finds is widened until it is symmetric about 0.
  bool symmetric = false;

  // From the parameters of normalisation_parameters() and "colormap". EINVAL: fixed limits missing,
  // not below each other, or outside float32; percentiles finer than thousandths or outside 0..100.
  static Result<NormalisationChoice> from(const ViewParameters& parameters);
  // How limits were chosen, for legends: "Limits: percentiles 1 and 99 of the layer." `over` names
  // what was aggregated: "the layer".
  std::string sentence(const std::string& over) const;
};

// normalisation, low, high and scope, with these defaults.
std::vector<ViewParameter> normalisation_parameters(const std::string& default_scope);

// floor(p (n - 1) / 100) for p in thousandths of a percent; n > 0.
uint64_t percentile_rank(uint64_t thousandths, uint64_t count);

// The limits of each range. Ranges without a finite value get limits 0 and 0 (unless fixed).
Result<std::vector<Limits>> limits_of(PixelDevice& device, std::span<const float> elements,
                                      std::span<const ElementRange> ranges,
                                      const NormalisationChoice& choice);

// Linear in between: threshold k is the smallest float not below low + (high - low) k / 256, or,
// when symmetric, not below high (k - 128.5) / 127. Where low == high that value has index 128,
// smaller ones 0 and larger ones 255, so a constant map has index 128.
Normalisation thresholds_of(const Limits& limits);

}  // namespace geoneuron::views
