// SPDX-License-Identifier: MIT
#include "views/normalisation.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "base/text.hpp"

namespace geoneuron::views {
namespace {

constexpr double kThousandths = 1000;

// A percentile in thousandths of a percent.
Result<double> thousandths(const std::string& name, double percent) {
  const double scaled = percent * kThousandths, whole = std::round(scaled);
  if (percent < 0 || percent > 100 || std::abs(scaled - whole) > 1e-6)
    return invalid("parameter %s: %g: a percentile must be from 0 to 100 in steps of 0.001",
                   name.c_str(), percent);
  return whole;
}

Result<void> set_percentiles(NormalisationChoice& choice, const ViewParameters& parameters) {
  choice.low = GN_TRY(thousandths("low", parameters.number("low").value_or(1)));
  choice.high = GN_TRY(thousandths("high", parameters.number("high").value_or(99)));
  if (choice.low > choice.high)
    return invalid("parameter low: %s: must not be above high, %s", parameters.text("low").c_str(),
                   parameters.text("high").c_str());
  return {};
}

Result<void> set_fixed(NormalisationChoice& choice, const ViewParameters& parameters) {
  const auto low = parameters.number("low"), high = parameters.number("high");
  if (!low || !high)
    return invalid("normalisation=fixed: needs numbers for both low and high, not %s and %s",
                   parameters.text("low").c_str(), parameters.text("high").c_str());
  choice.low = *low;
  choice.high = *high;
  if (static_cast<float>(choice.low) >= static_cast<float>(choice.high))
    return invalid("parameter low: %s: must be below high, %s", parameters.text("low").c_str(),
                   parameters.text("high").c_str());
  return {};
}

std::string limit_text(double value) {
  return number_text(value, 6);
}

Limits widened(Limits limits, bool symmetric) {
  if (!symmetric) return limits;
  const float most = std::max(std::abs(limits.low), std::abs(limits.high));
  return {-most, most, true};
}

Result<std::vector<Limits>> percentile_limits(PixelDevice& device, std::span<const float> elements,
                                              std::span<const ElementRange> ranges,
                                              std::span<const KeyStatistics> statistics,
                                              const NormalisationChoice& choice) {
  std::vector<RankQuery> queries;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (statistics[i].finite == 0) continue;
    for (const double p : {choice.low, choice.high})
      queries.push_back(
          {ranges[i], percentile_rank(static_cast<uint64_t>(p), statistics[i].finite)});
  }
  const std::vector<uint32_t> keys = GN_TRY(device.keys_of_rank(elements, queries));
  std::vector<Limits> result(ranges.size());
  size_t next = 0;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (statistics[i].finite == 0) continue;
    result[i] = {value_of_key(keys[next]), value_of_key(keys[next + 1])};
    next += 2;
  }
  return result;
}

std::vector<Limits> extremes(std::span<const KeyStatistics> statistics) {
  std::vector<Limits> result;
  for (const KeyStatistics& one : statistics)
    result.push_back(one.finite == 0
                         ? Limits{}
                         : Limits{value_of_key(one.minimum_key), value_of_key(one.maximum_key)});
  return result;
}

}  // namespace

Result<NormalisationChoice> NormalisationChoice::from(const ViewParameters& parameters) {
  NormalisationChoice choice;
  choice.symmetric =
      parameters.is("normalisation", "symmetric") || parameters.is("colormap", "diverging");
  choice.scope = parameters.is("scope", "map")     ? NormalisationScope::kMap
                 : parameters.is("scope", "layer") ? NormalisationScope::kLayer
                                                   : NormalisationScope::kModel;
  Result<void> set;
  if (parameters.is("normalisation", "percentile")) {
    choice.method = NormalisationMethod::kPercentile;
    set = set_percentiles(choice, parameters);
  } else if (parameters.is("normalisation", "fixed")) {
    choice.method = NormalisationMethod::kFixed;
    set = set_fixed(choice, parameters);
  } else if (!parameters.is("low", "auto") || !parameters.is("high", "auto")) {
    set = invalid("parameter low or high: is used only by normalisation=percentile and fixed");
  } else if (parameters.is("normalisation", "symmetric")) {
    choice.method = NormalisationMethod::kSymmetric;
  }
  if (!set) return set.error();
  return choice;
}

std::string NormalisationChoice::sentence(const std::string& over) const {
  std::string text = "Limits: ";
  switch (method) {
    case NormalisationMethod::kMinMax:
    case NormalisationMethod::kSymmetric:
      text += (symmetric ? "largest magnitude of " : "minimum and maximum of ") + over;
      break;
    case NormalisationMethod::kPercentile:
      text += "percentiles " + limit_text(low / kThousandths) + " and " +
              limit_text(high / kThousandths) + " of " + over;
      break;
    case NormalisationMethod::kFixed:
      text += "fixed at " + limit_text(low) + " and " + limit_text(high);
      break;
  }
  if (method == NormalisationMethod::kFixed)
    return text + (symmetric ? ", in colours that are symmetric about 0." : ".");
  return text + (symmetric ? ", made symmetric about 0." : ".");
}

std::vector<ViewParameter> normalisation_parameters(const std::string& default_scope) {
  return {
      ViewParameter::choice("normalisation", "min-max",
                            {"min-max", "percentile", "symmetric", "fixed"},
                            "how the limits of the colours are chosen"),
      ViewParameter::number("low", "auto", -FLT_MAX, FLT_MAX,
                            "lower limit: a percentile (auto: 1), or a value for fixed", {"auto"}),
      ViewParameter::number("high", "auto", -FLT_MAX, FLT_MAX,
                            "upper limit: a percentile (auto: 99), or a value for fixed", {"auto"}),
      ViewParameter::choice("scope", default_scope, {"map", "layer", "model"},
                            "what shares one pair of limits"),
  };
}

uint64_t percentile_rank(uint64_t thousandths, uint64_t count) {
  return thousandths * (count - 1) / 100'000;
}

Result<std::vector<Limits>> limits_of(PixelDevice& device, std::span<const float> elements,
                                      std::span<const ElementRange> ranges,
                                      const NormalisationChoice& choice) {
  std::vector<Limits> result;
  if (choice.method == NormalisationMethod::kFixed) {
    result.assign(ranges.size(), {static_cast<float>(choice.low), static_cast<float>(choice.high)});
  } else {
    const auto statistics = GN_TRY(device.statistics(elements, ranges));
    if (choice.method == NormalisationMethod::kPercentile)
      result = GN_TRY(percentile_limits(device, elements, ranges, statistics, choice));
    else
      result = extremes(statistics);
  }
  for (Limits& limits : result) limits = widened(limits, choice.symmetric);
  return result;
}

Normalisation thresholds_of(const Limits& limits) {
  Normalisation result;
  const double low = limits.low, high = limits.high;
  for (size_t i = 0; i < result.thresholds.size(); ++i) {
    const auto k = static_cast<double>(i + 1);
    if (limits.low == limits.high)
      result.thresholds[i] = key_of(limits.low) + (k <= 128 ? 0 : 1);
    else if (limits.symmetric)
      result.thresholds[i] = key_not_below(high * (k - 128.5) / 127);
    else
      result.thresholds[i] = key_not_below(low + (high - low) * (k / 256));
  }
  return result;
}

}  // namespace geoneuron::views
