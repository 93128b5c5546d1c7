// SPDX-License-Identifier: MIT
#include "views/histogram_view.hpp"

#include <gtest/gtest.h>

#include "views/brute_force.hpp"
#include "views/cpu_pixels.hpp"
#include "views/theme.hpp"

namespace geoneuron::views {
namespace {

Result<Image> histogram_of(const std::vector<float>& values,
                           std::map<std::string, std::string> parameters) {
  CpuPixels device;
  ViewRequest request;
  request.tensors["t"] =
      perception::Tensor::from<float>({static_cast<int64_t>(values.size())}, values);
  request.selected = {"t"};
  request.parameters = std::move(parameters);
  return render(device, "histogram", request);
}

uint32_t columns_with(const Image& image, Rgba8 colour) {
  uint32_t columns = 0;
  for (uint32_t x = 0; x < image.width; ++x) {
    bool found = false;
    for (uint32_t y = 0; y < image.height; ++y) found = found || image.at(x, y) == colour;
    columns += found ? 1 : 0;
  }
  return columns;
}

TEST(HistogramView, DrawsABarForEachFilledBin) {
  const Rgba8 bar = Theme::named("dark").accent;
  // Four bins of 768 / 4 pixels, one pixel apart; the second is empty. A mark is 2 pixels wide.
  const Image image = histogram_of({0, 0, 3, 4, 4, 4}, {{"bins", "4"}, {"legend", "off"}}).value();
  const uint32_t columns = columns_with(image, bar);
  EXPECT_LE(columns, 3u * 191);
  EXPECT_GE(columns, 3u * 191 - 4 - 191);
  const Image full = histogram_of({0, 1, 2, 4}, {{"bins", "4"}, {"legend", "off"}}).value();
  EXPECT_GT(columns_with(full, bar), columns);
}

TEST(HistogramView, ShowsASingleValueOnTheLogarithmicAxis) {
  std::vector<float> values(100'000, 0.0f);
  values.push_back(1.0f);
  const Image image = histogram_of(values, {{"y", "log"}, {"legend", "off"}}).value();
  EXPECT_GT(columns_with(image, Theme::named("dark").accent), 8u);
}

TEST(HistogramView, ShowsMapsThatAreTooTallToBeDrawn) {
  CpuPixels device;
  ViewRequest request;
  request.tensors["tall"] =
      perception::Tensor::from<float>({1, 1, 30'000, 1}, std::vector<float>(30'000, 1.0f));
  request.selected = {"tall"};
  EXPECT_TRUE(render(device, "histogram", request));
  for (const char* view : {"activation_map", "feature_grid"}) {
    const auto refused = render(device, view, request);
    ASSERT_FALSE(refused) << view;
    EXPECT_NE(refused.error().message.find("at most 16000 elements a side to be drawn; the view "
                                           "histogram shows larger ones"),
              std::string::npos)
        << refused.error().message;
  }
}

TEST(HistogramView, SurvivesNothingFinite) {
  EXPECT_TRUE(histogram_of({NAN}, {}));
  EXPECT_TRUE(histogram_of({3.4e38f, -3.4e38f}, {}));
  EXPECT_TRUE(histogram_of({1e-45f, 0.0f}, {}));
}

}  // namespace
}  // namespace geoneuron::views
