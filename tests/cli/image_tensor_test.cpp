// SPDX-License-Identifier: MIT
#include "cli/image_tensor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "cli/resample.hpp"

namespace geoneuron::cli {
namespace {

using perception::DataType;
using perception::Declaration;
using perception::Shape;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

ImageFile picture(uint32_t width, uint32_t height, uint32_t seed = 1) {
  ImageFile file{"PNG", views::Image::filled(width, height, {}), false, {}};
  std::mt19937 random(seed);
  for (views::Rgba8& pixel : file.image.pixels) {
    const uint32_t bits = static_cast<uint32_t>(random());
    pixel = {static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8),
             static_cast<uint8_t>(bits >> 16), 255};
  }
  return file;
}

ImageFile grey_picture(uint32_t width, uint32_t height, const std::vector<uint8_t>& levels) {
  ImageFile file{"PNG", views::Image::filled(width, height, {}), false, {}};
  for (size_t i = 0; i < levels.size(); ++i)
    file.image.pixels[i] = {levels[i], levels[i], levels[i], 255};
  return file;
}

// -1 declares an open extent.
Declaration declared(const std::vector<int64_t>& extents, DataType type = DataType::kFloat32) {
  Declaration declaration{type, std::vector<perception::Dimension>{}};
  for (const int64_t extent : extents) {
    perception::Dimension d;
    if (extent >= 0) d.extent = extent;
    declaration.dimensions->push_back(d);
  }
  return declaration;
}

std::vector<float> values(const ImageTensor& result) {
  const auto span = result.tensor.values<float>();
  return {span.begin(), span.end()};
}

// The picture as a continuous function, integrated on a grid 64 times finer than the target.
double brute_area_average(const std::vector<float>& row, double begin, double end) {
  constexpr int kSteps = 4096;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i)
    sum += row[static_cast<size_t>(begin + (end - begin) * (i + 0.5) / kSteps)];
  return sum / kSteps;
}

TEST(Resample, AveragesAreasWhenShrinking) {
  const Plane source{7, 1, 1, {3, 1, 4, 1, 5, 9, 2}};
  for (uint32_t width = 1; width < 7; ++width) {
    const Plane target = resample(source, width, 1);
    for (uint32_t x = 0; x < width; ++x)
      EXPECT_NEAR(target.values[x],
                  brute_area_average(source.values, 7.0 * x / width, 7.0 * (x + 1) / width), 5e-3);
  }
}

TEST(Resample, InterpolatesWhenGrowing) {
  const Plane source{3, 1, 1, {0, 10, 30}};
  const Plane target = resample(source, 8, 1);
  for (uint32_t x = 0; x < 8; ++x) {
    const double at = std::clamp((x + 0.5) * 3.0 / 8.0 - 0.5, 0.0, 2.0);
    const auto left = static_cast<size_t>(at);
    const size_t right = std::min<size_t>(left + 1, 2);
    const double expected = source.values[left] + (at - static_cast<double>(left)) *
                                                      (source.values[right] - source.values[left]);
    EXPECT_NEAR(target.values[x], expected, 1e-4);
  }
}

TEST(Resample, KeepsEverythingAtItsOwnSize) {
  const Plane source{2, 3, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  EXPECT_EQ(resample(source, 2, 3).values, source.values);
}

TEST(Resample, SharesSumToOneForManySizes) {
  for (uint32_t source = 1; source < 40; ++source) {
    for (uint32_t target = 1; target < 40; ++target) {
      for (const Contribution& share : contributions(source, target)) {
        float sum = 0;
        for (const float weight : share.weights) sum += weight;
        EXPECT_NEAR(sum, 1.0f, 1e-5f) << source << " -> " << target;
        EXPECT_LE(share.first + share.weights.size(), source);
      }
    }
  }
}

TEST(Resample, TreatsAxesAndChannelsApart) {
  // Two channels; rows 0 and 1 average to one row.
  const Plane source{1, 2, 2, {10, 1, 20, 3}};
  EXPECT_THAT(resample(source, 1, 1).values, ElementsAre(15, 2));
}

TEST(ImageTensor, GuessesGreyPlanesFromTheModel) {
  const auto result = make_image_tensor(grey_picture(2, 1, {0, 255}), declared({1, 1, 1, 2}), {});
  EXPECT_EQ(result->tensor.shape(), (Shape{1, 1, 1, 2}));
  EXPECT_THAT(values(*result), ElementsAre(0.0f, 1.0f));
  EXPECT_THAT(result->description, HasSubstr("2x1 PNG -> kept at 2x1, gray, scale 1/255, layout "
                                             "NCHW (from the model's shape 1x1x1x2)"));
}

TEST(ImageTensor, LaysOutPlanesAndPixels) {
  const ImageFile file = picture(2, 2);
  ImageTensorOptions options;
  options.scale = 1.0;
  const auto planar = values(make_image_tensor(file, declared({1, 3, -1, -1}), options).value());
  const auto pixels = values(make_image_tensor(file, declared({1, -1, -1, 3}), options).value());
  for (size_t i = 0; i < 4; ++i) {
    const views::Rgba8& pixel = file.image.pixels[i];
    EXPECT_EQ(planar[i], pixel.red);
    EXPECT_EQ(planar[4 + i], pixel.green);
    EXPECT_EQ(planar[8 + i], pixel.blue);
    EXPECT_EQ(pixels[3 * i], pixel.red);
    EXPECT_EQ(pixels[3 * i + 2], pixel.blue);
  }
}

TEST(ImageTensor, SwapsChannelsAndNormalises) {
  const ImageFile file = picture(1, 1);
  ImageTensorOptions options;
  options.channels = Channels::kBgr;
  options.mean = {0.1, 0.2, 0.3};
  options.deviation = {2.0};
  const auto result = values(make_image_tensor(file, declared({1, 3, 1, 1}), options).value());
  const views::Rgba8& p = file.image.pixels[0];
  EXPECT_THAT(result, Pointwise(FloatNear(1e-6f),
                                {(p.blue / 255.0f - 0.1f) / 2.0f, (p.green / 255.0f - 0.2f) / 2.0f,
                                 (p.red / 255.0f - 0.3f) / 2.0f}));
}

TEST(ImageTensor, FitsOnTheBackground) {
  ImageTensorOptions options;
  options.scale = 1.0;
  options.background = 9;
  const auto result =
      make_image_tensor(grey_picture(2, 1, {50, 60}), declared({1, 1, 4, 2}), options);
  EXPECT_THAT(values(*result), ElementsAre(9, 9, 50, 60, 9, 9, 9, 9));
  EXPECT_THAT(result->description, HasSubstr("fit to 2x4"));
}

TEST(ImageTensor, CropsTheMiddle) {
  ImageTensorOptions options;
  options.scale = 1.0;
  options.resize = Resize::kCrop;
  const auto result =
      make_image_tensor(grey_picture(4, 1, {1, 2, 3, 4}), declared({1, 1, 1, 2}), options);
  EXPECT_THAT(values(*result), ElementsAre(2, 3));
}

TEST(ImageTensor, StretchesEachAxis) {
  ImageTensorOptions options;
  options.scale = 1.0;
  options.resize = Resize::kStretch;
  const auto result =
      make_image_tensor(grey_picture(4, 1, {1, 3, 5, 7}), declared({1, 1, 2, 2}), options);
  EXPECT_THAT(values(*result), ElementsAre(2, 6, 2, 6));
}

TEST(ImageTensor, LaysTransparentPixelsOverTheBackground) {
  ImageFile file = grey_picture(1, 1, {100});
  file.image.pixels[0].alpha = 51;  // one fifth
  file.has_alpha = true;
  ImageTensorOptions options;
  options.scale = 1.0;
  options.background = 200;
  const auto result = make_image_tensor(file, declared({1, 1}), options);
  EXPECT_THAT(values(*result), ElementsAre(180));
  EXPECT_THAT(result->description, HasSubstr("over grey level 200"));
}

TEST(ImageTensor, GreyIsLuma) {
  ImageFile file = grey_picture(1, 1, {0});
  file.image.pixels[0] = {200, 100, 50, 255};
  ImageTensorOptions options;
  options.scale = 1.0;
  EXPECT_THAT(values(make_image_tensor(file, declared({1, 1, 1, 1}), options).value()),
              ElementsAre(FloatNear(0.299f * 200 + 0.587f * 100 + 0.114f * 50, 1e-4f)));
}

TEST(ImageTensor, IntegersAreRoundedAndClamped) {
  ImageTensorOptions options;
  options.scale = 1.5;
  const auto result = make_image_tensor(grey_picture(3, 1, {1, 100, 255}),
                                        declared({1, 1, 1, 3}, DataType::kUInt8), options);
  EXPECT_THAT(result->tensor.values<uint8_t>(), ElementsAre(2, 150, 255));
  options.scale = -1.0;
  const auto negative = make_image_tensor(grey_picture(2, 1, {1, 200}),
                                          declared({1, 1, 1, 2}, DataType::kInt8), options);
  EXPECT_THAT(negative->tensor.values<int8_t>(), ElementsAre(-1, -128));
}

TEST(ImageTensor, OpenSidesAreThePicturesOwn) {
  const auto result = make_image_tensor(picture(5, 3), declared({-1, 3, -1, -1}), {});
  EXPECT_EQ(result->tensor.shape(), (Shape{1, 3, 3, 5}));
  const auto undeclared = make_image_tensor(picture(5, 3), Declaration{}, {});
  EXPECT_EQ(undeclared->tensor.shape(), (Shape{1, 3, 3, 5}));
}

TEST(ImageTensor, ThreeAndTwoAxesHaveNoBatch) {
  EXPECT_EQ(make_image_tensor(picture(5, 4), declared({3, 4, 5}), {})->tensor.shape(),
            (Shape{3, 4, 5}));
  EXPECT_EQ(make_image_tensor(picture(5, 4), declared({4, 5, 1}), {})->tensor.shape(),
            (Shape{4, 5, 1}));
}

TEST(ImageTensor, RefusesWhatIsNoPicture) {
  const auto message = [](const Declaration& d, const ImageTensorOptions& options = {}) {
    const auto result = make_image_tensor(picture(2, 2), d, options);
    return result.has_value() ? std::string("no error") : result.error().message;
  };
  EXPECT_THAT(message(declared({10})), HasSubstr("2 to 4 axes"));
  EXPECT_THAT(message(declared({2, 3, 4, 4})), HasSubstr("batch of 2"));
  EXPECT_THAT(message(declared({1, 5, 4, 4})), HasSubstr("5 channels"));
  EXPECT_THAT(message(declared({1, 3, 4, 40'000})), HasSubstr("40000"));
  EXPECT_THAT(message(declared({1, 1, 4, 4}, DataType::kBool)), HasSubstr("bool"));
  ImageTensorOptions options;
  options.mean = {1, 2};
  EXPECT_THAT(message(declared({1, 3, 4, 4}), options),
              HasSubstr("--mean has 2 numbers: give one for all channels, or 3, one for each"));
  EXPECT_THAT(message(declared({1, 1, 4, 4}), options),
              HasSubstr("--mean has 2 numbers, but the input has one channel: give one number"));
  options.mean = {};
  options.deviation = {0};
  EXPECT_THAT(message(declared({1, 3, 4, 4}), options), HasSubstr("--std holds 0"));
  options.deviation = {};
  options.channels = Channels::kGray;
  EXPECT_THAT(
      message(declared({1, 3, 4, 4}), options),
      HasSubstr("has 3 channels in the layout nchw, where gray has 1: give --channels rgb"));
  options.channels = Channels::kBgr;
  EXPECT_THAT(message(declared({1, 1, 4, 4}), options),
              HasSubstr("has 1 channel in the layout nchw, where bgr has 3: give --channels gray"));
  options.channels.reset();
  options.layout = Layout::kNhwc;
  EXPECT_THAT(message(declared({1, 3, 4, 4}), options),
              HasSubstr("has 4 channels in the layout nhwc, where rgb has 3: give --layout nchw"));
}

TEST(ImageTensor, RefusesMoreThanTheBudgetBeforeItEnlarges) {
  ImageTensorOptions options;
  options.budget_bytes = 1000;
  const auto result = make_image_tensor(picture(2, 2), declared({1, 3, 30'000, 30'000}), options);
  EXPECT_EQ(result.error().code, ENOMEM);
  EXPECT_THAT(result.error().message, HasSubstr("takes 10.1 GiB of memory where 1000 B are left"));
  EXPECT_TRUE(make_image_tensor(picture(2, 2), declared({1, 3, 9, 9}), options).has_value());
}

}  // namespace
}  // namespace geoneuron::cli
