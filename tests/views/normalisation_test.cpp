// SPDX-License-Identifier: MIT
#include "views/normalisation.hpp"

#include <gtest/gtest.h>

#include <cfloat>

#include "views/brute_force.hpp"
#include "views/colour_index.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"

namespace geoneuron::views {
namespace {

uint32_t index_of(const Limits& limits, float value) {
  return colour_index(thresholds_of(limits), key_of(value));
}

Result<NormalisationChoice> choice_of(const std::map<std::string, std::string>& given) {
  std::vector<ViewParameter> known = normalisation_parameters("map");
  known.push_back(ViewParameter::choice("colormap", "viridis", colour_map_names(), ""));
  return NormalisationChoice::from(ViewParameters::parse(known, given).value());
}

Limits limits_for(const std::vector<float>& values,
                  const std::map<std::string, std::string>& given) {
  CpuPixels device;
  const ElementRange all{0, values.size()};
  return limits_of(device, values, {&all, 1}, choice_of(given).value()).value()[0];
}

TEST(Normalisation, TakesThePercentileOfRankFloorPTimesNMinusOne) {
  for (const uint64_t n : {1ul, 2ul, 99ul, 100ul, 101ul, 12'345ul}) {
    const auto values = testing::normal(n, static_cast<uint32_t>(n));
    const auto sorted = testing::sorted_finite(values);
    for (const auto& [text, thousandths] : {std::pair{"0", 0ul},
                                            {"0.001", 1ul},
                                            {"1", 1000ul},
                                            {"33.333", 33'333ul},
                                            {"50", 50'000ul}}) {
      const Limits limits =
          limits_for(values, {{"normalisation", "percentile"}, {"low", text}, {"high", "100"}});
      EXPECT_EQ(limits.low, sorted[thousandths * (n - 1) / 100'000]) << n << " " << text;
      EXPECT_EQ(limits.high, sorted.back());
    }
  }
}

TEST(Normalisation, IgnoresWhatIsNotFinite) {
  const Limits limits = limits_for({NAN, -INFINITY, 3, -2, INFINITY}, {});
  EXPECT_EQ(limits, (Limits{-2, 3, false}));
  EXPECT_EQ(limits_for({NAN, INFINITY}, {}), (Limits{0, 0, false}));
}

TEST(Normalisation, HasAscendingThresholds) {
  for (const Limits& limits :
       {Limits{0, 1}, Limits{-FLT_MAX, FLT_MAX}, Limits{1, std::nextafter(1.0f, 2.0f)},
        Limits{-3, 3, true}, Limits{-1e-45f, 1e-45f, true}, Limits{5, 5}, Limits{0, 1e-44f}}) {
    const auto thresholds = thresholds_of(limits).thresholds;
    EXPECT_TRUE(std::is_sorted(thresholds.begin(), thresholds.end()));
  }
}

TEST(Normalisation, UsesAllColoursFromLowToHigh) {
  const Limits limits{-1, 3};
  EXPECT_EQ(index_of(limits, -1), 0u);
  EXPECT_EQ(index_of(limits, 3), 255u);
  EXPECT_EQ(index_of(limits, 1), 128u);
  EXPECT_EQ(index_of(limits, std::nextafter(1.0f, 0.0f)), 127u);
  EXPECT_EQ(index_of(limits, -9), 0u);
  EXPECT_EQ(index_of(limits, 9), 255u);
}

TEST(Normalisation, GivesAConstantMapIndex128) {
  for (const float value : {0.0f, -0.0f, 7.5f, -1e-40f, FLT_MAX, -FLT_MAX}) {
    const Limits limits = limits_for(std::vector<float>(9, value), {});
    EXPECT_EQ(index_of(limits, value), 128u) << value;
  }
}

TEST(Normalisation, IsWhiteExactlyAtZeroWhenDiverging) {
  const Limits limits = limits_for({-2, 0.5f, 1}, {{"colormap", "diverging"}});
  EXPECT_EQ(limits, (Limits{-2, 2, true}));
  const Palette palette = palette_named("diverging").value();
  EXPECT_EQ(index_of(limits, 0.0f), 128u);
  EXPECT_EQ(palette.colours[index_of(limits, -0.0f)], (Rgba8{255, 255, 255, 255}));
  EXPECT_EQ(index_of(limits, 2), 255u);
  EXPECT_EQ(index_of(limits, -2), 1u);
  EXPECT_EQ(128 - index_of(limits, -0.7f), index_of(limits, 0.7f) - 128);
}

TEST(Normalisation, TakesFixedLimitsAsTheyAre) {
  EXPECT_EQ(limits_for({5, 6}, {{"normalisation", "fixed"}, {"low", "-1"}, {"high", "1"}}),
            (Limits{-1, 1, false}));
}

TEST(Normalisation, RefusesLimitsThatMakeNoSense) {
  const auto message = [](const std::map<std::string, std::string>& given) {
    const auto choice = choice_of(given);
    return choice ? "" : choice.error().message;
  };
  EXPECT_EQ(message({{"normalisation", "fixed"}, {"low", "1"}}),
            "normalisation=fixed: needs numbers for both low and high, not 1 and auto");
  EXPECT_EQ(message({{"normalisation", "fixed"}, {"low", "1"}, {"high", "1"}}),
            "parameter low: 1: must be below high, 1");
  EXPECT_EQ(message({{"normalisation", "percentile"}, {"high", "99.9999"}}),
            "parameter high: 99.9999: a percentile must be from 0 to 100 in steps of 0.001");
  EXPECT_EQ(message({{"normalisation", "percentile"}, {"low", "60"}, {"high", "40"}}),
            "parameter low: 60: must not be above high, 40");
  EXPECT_EQ(message({{"low", "2"}}),
            "parameter low or high: is used only by normalisation=percentile and fixed");
}

}  // namespace
}  // namespace geoneuron::views
