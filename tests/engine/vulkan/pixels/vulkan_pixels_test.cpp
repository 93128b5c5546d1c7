// SPDX-License-Identifier: MIT
// The same bytes as the cores give, on data that is meant to break that.
#include "engine/vulkan/pixels/vulkan_pixels.hpp"

#include <cfloat>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "engine/vulkan/vulkan_fixture.hpp"
#include "views/brute_force.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"
#include "views/normalisation.hpp"
#include "views/painted_heatmaps.hpp"
#include "views/view.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using views::ElementRange;
using views::Image;
using views::Limits;
using views::Normalisation;
using views::RankQuery;
using views::Segment;
using views::Tile;

class VulkanPixelsTest : public VulkanTest {
 protected:
  void SetUp() override {
    VulkanTest::SetUp();
    if (test_device()) vulkan_ = std::make_unique<VulkanPixels>(test_device());
  }

  void expect_same_painting(const std::vector<float>& elements, const std::vector<Tile>& tiles,
                            const std::vector<Normalisation>& normalisations, Image canvas) {
    const views::Palette palette = views::palette_named("viridis").value();
    Image other = canvas;
    ASSERT_TRUE(cpu_.paint(elements, tiles, normalisations, palette, canvas));
    const auto painted = vulkan_->paint(elements, tiles, normalisations, palette, other);
    ASSERT_TRUE(painted) << painted.error().message;
    EXPECT_TRUE(canvas == other);
  }

  void expect_same_sums(const std::vector<Segment>& segments, uint32_t width, uint32_t height) {
    const auto expected = cpu_.accumulate(segments, width, height).value();
    const auto sums = vulkan_->accumulate(segments, width, height);
    ASSERT_TRUE(sums) << sums.error().message;
    EXPECT_TRUE(*sums == expected) << width << "x" << height;
  }

  views::CpuPixels cpu_;
  std::unique_ptr<VulkanPixels> vulkan_;
};

std::vector<std::vector<float>> samples() {
  return {views::testing::adversarial(5000, 1), views::testing::normal(200'001, 2),
          std::vector<float>(777, 3.5f),        std::vector<float>(300, NAN),
          std::vector<float>(64, 1e-42f),       {-0.0f},
          {-0.0f, 0.0f, 1e-45f, -1e-45f},       {}};
}

std::vector<Normalisation> normalisations() {
  std::vector<Normalisation> result;
  for (const Limits& limits :
       {Limits{-1, 3}, Limits{-2, 2, true}, Limits{0, 1e-40f}, Limits{-FLT_MAX, FLT_MAX},
        Limits{5, 5}, Limits{0, 0}, Limits{-1e-45f, 1e-45f, true}})
    result.push_back(views::thresholds_of(limits));
  return result;
}

TEST_F(VulkanPixelsTest, CountsAndBoundsAsTheCores) {
  for (const auto& values : samples()) {
    std::vector<ElementRange> ranges{{0, values.size()}, {values.size() / 2, values.size() / 3}};
    for (uint64_t i = 0; i < 40; ++i)
      ranges.push_back({values.size() * i / 40, values.size() / 40});
    EXPECT_EQ(vulkan_->statistics(values, ranges).value(), cpu_.statistics(values, ranges).value());
  }
}

TEST_F(VulkanPixelsTest, SelectsTheSameRanks) {
  for (const auto& values : samples()) {
    const ElementRange all{0, values.size()};
    const uint64_t finite = cpu_.statistics(values, {&all, 1}).value()[0].finite;
    std::vector<RankQuery> queries;
    for (uint64_t i = 0; i < 20 && finite > 0; ++i) queries.push_back({all, (finite - 1) * i / 19});
    EXPECT_EQ(vulkan_->keys_of_rank(values, queries).value(),
              cpu_.keys_of_rank(values, queries).value());
  }
}

TEST_F(VulkanPixelsTest, AnswersMoreQueriesThanItKeepsAtOnce) {
  const auto values = views::testing::adversarial(3000, 9);
  std::vector<RankQuery> queries;
  for (uint64_t i = 0; i < 2500; ++i) queries.push_back({{i, 400}, i % 300});
  EXPECT_EQ(vulkan_->keys_of_rank(values, queries).value(),
            cpu_.keys_of_rank(values, queries).value());
}

TEST_F(VulkanPixelsTest, RefusesARankThatNoFiniteValueHas) {
  const std::vector<float> values{1.0f, NAN};
  const RankQuery query{{0, 2}, 1};
  EXPECT_EQ(vulkan_->keys_of_rank(values, {&query, 1}).error().message,
            cpu_.keys_of_rank(values, {&query, 1}).error().message);
}

TEST_F(VulkanPixelsTest, FillsTheSameHistogramBins) {
  for (const auto& values : samples()) {
    for (const Normalisation& normalisation : normalisations()) {
      const std::span<const uint32_t> edges = normalisation.thresholds;
      for (const size_t count : {0ul, 1ul, 255ul}) {
        EXPECT_EQ(vulkan_->histogram(values, {0, values.size()}, edges.first(count)).value(),
                  cpu_.histogram(values, {0, values.size()}, edges.first(count)).value());
      }
    }
  }
}

TEST_F(VulkanPixelsTest, PaintsTheSameBytes) {
  const auto normalised = normalisations();
  for (const auto& values :
       {views::testing::adversarial(64 * 33 * 17, 3), views::testing::normal(64 * 33 * 17, 4)}) {
    for (const uint32_t scale : {1u, 2u, 3u, 7u}) {
      std::vector<Tile> tiles;
      for (uint32_t i = 0; i < 64; ++i)
        tiles.push_back({uint64_t{i} * 33 * 17, 33, 17, 33, 3 + i % 8 * 34 * scale,
                         5 + i / 8 * 18 * scale, scale,
                         i % static_cast<uint32_t>(normalised.size())});
      expect_same_painting(values, tiles, normalised,
                           Image::filled(8 * 34 * scale + 9, 8 * 18 * scale + 9, {1, 2, 3, 4}));
    }
  }
}

TEST_F(VulkanPixelsTest, PaintsTheSameBytesByEstimateAlone) {
  // Evenly spaced thresholds need no search, and every value next to one must still be exact.
  for (const Limits& limits : {Limits{-1, 3}, Limits{-2, 2, true}, Limits{1e20f, 3e20f}}) {
    const Normalisation normalisation = views::thresholds_of(limits);
    auto values = views::testing::adversarial(2000, 7);
    for (const uint32_t key : normalisation.thresholds)
      for (const uint32_t near : {key - 2, key - 1, key, key + 1})
        values.push_back(views::value_of_key(near));
    const auto count = static_cast<uint32_t>(values.size());
    expect_same_painting(values, {{0, count, 1, count, 0, 0, 1, 0}}, {normalisation},
                         Image::filled(count, 1, {}));
  }
}

TEST_F(VulkanPixelsTest, PaintsTilesOfEveryOddSize) {
  const auto values = views::testing::adversarial(40'000, 6);
  for (const auto& [width, height, stride, scale] : {std::array{1u, 1u, 1u, 1u},
                                                     {1u, 1u, 1u, 64u},
                                                     {1u, 1u, 1u, 300u},
                                                     {65u, 3u, 71u, 1u},
                                                     {1u, 97u, 5u, 2u},
                                                     {129u, 127u, 200u, 1u},
                                                     {0u, 4u, 4u, 1u}})
    expect_same_painting(values, {{11, width, height, stride, 2, 1, scale, 0}}, normalisations(),
                         Image::filled(width * scale + 4, height * scale + 3, {}));
}

TEST_F(VulkanPixelsTest, PaintsLargeMaps) {
  const auto values = views::testing::normal(1024 * 1024, 8);
  expect_same_painting(values, {{0, 1024, 1024, 1024, 0, 0, 1, 1}}, normalisations(),
                       Image::filled(1024, 1024, {}));
  // More pixels than are on the device at once: cut into pieces.
  expect_same_painting(values, {{0, 1024, 700, 1024, 5, 5, 5, 0}, {77, 900, 1, 900, 0, 3600, 5, 0}},
                       normalisations(), Image::filled(5130, 3700, {}));
}

TEST_F(VulkanPixelsTest, RefusesWhatTheCoresRefuse) {
  const std::vector<float> values(100);
  const auto normalised = normalisations();
  Image canvas = Image::filled(20, 20, {});
  const Tile tile{1, 10, 10, 10, 0, 0, 2, 0};
  EXPECT_EQ(vulkan_->paint(values, {&tile, 1}, normalised, {}, canvas).error().message,
            "tile 0: must lie inside the tensor's 100 elements");
  EXPECT_EQ(vulkan_->accumulate({}, 0, 5).error().code, EINVAL);
  // The shader walks along thresholds and would never arrive.
  Normalisation descending = normalised[0];
  std::swap(descending.thresholds[0], descending.thresholds[254]);
  const Tile fits{0, 10, 10, 10, 0, 0, 2, 0};
  for (views::PixelDevice* device :
       {static_cast<views::PixelDevice*>(&cpu_), static_cast<views::PixelDevice*>(vulkan_.get())})
    EXPECT_EQ(device->paint(values, {&fits, 1}, {&descending, 1}, {}, canvas).error().message,
              "normalisation 0: thresholds must be in ascending order");
}

TEST_F(VulkanPixelsTest, PaintsTheSameHeatmaps) {
  const views::Palette palette = views::palette_named("viridis").value();
  for (const views::NormalisationChoice& choice : views::testing::heatmap_choices())
    EXPECT_EQ(views::testing::wrong_heatmaps(*vulkan_, choice, palette), 0u);
}

TEST_F(VulkanPixelsTest, PaintsMoreHeatmapsThanTheDeviceHoldsAtOnce) {
  const views::Palette palette = views::palette_named("grey").value();
  EXPECT_EQ(views::testing::wrong_heatmaps(*vulkan_, {}, palette, 60), 0u);
  const std::vector<float> large = views::testing::normal(2500 * 2500, 8);
  std::vector<views::Rgba8> here(large.size()), there(large.size());
  const views::Heatmap one{large.data(), 2500, 2500, 1, here.data()};
  const views::Heatmap other{large.data(), 2500, 2500, 1, there.data()};
  ASSERT_TRUE(cpu_.paint_heatmaps({&one, 1}, {}, palette));
  ASSERT_TRUE(vulkan_->paint_heatmaps({&other, 1}, {}, palette));
  EXPECT_TRUE(here == there);
}

// Some in whole pages, of which a device may read and write without copies; one that begins beside
// them; and each picture's neighbours stay as they are.
TEST_F(VulkanPixelsTest, PaintsLargeHeatmapsBetweenTheirPages) {
  constexpr uint32_t kExtent = 256, kMaps = 5;
  constexpr size_t kCount = size_t{kExtent} * kExtent, kPage = 1024;
  const std::vector<float> values = views::testing::adversarial(kCount * kMaps, 9);
  const std::unique_ptr<float, decltype(&std::free)> elements(
      static_cast<float*>(std::aligned_alloc(4096, (kCount + kPage) * kMaps * 4)), std::free);
  const std::unique_ptr<views::Rgba8, decltype(&std::free)> pixels(
      static_cast<views::Rgba8*>(std::aligned_alloc(4096, (kCount + kPage) * kMaps * 4)),
      std::free);
  constexpr views::Rgba8 kUntouched{1, 2, 3, 4};
  std::fill_n(pixels.get(), (kCount + kPage) * kMaps, kUntouched);
  std::vector<views::Heatmap> maps;
  for (size_t i = 0; i < kMaps; ++i) {
    const size_t place = i * (kCount + kPage) + (i == 3 ? 4 : 0);
    std::memcpy(elements.get() + place, values.data() + i * kCount, kCount * sizeof(float));
    maps.push_back({elements.get() + place, kExtent, kExtent, 1, pixels.get() + place});
  }
  const views::Palette palette = views::palette_named("viridis").value();
  ASSERT_TRUE(vulkan_->paint_heatmaps(maps, {}, palette));
  for (const views::Heatmap& map : maps) {
    std::vector<views::Rgba8> expected(kCount);
    const views::Heatmap one{map.elements, kExtent, kExtent, 1, expected.data()};
    ASSERT_TRUE(cpu_.paint_heatmaps({&one, 1}, {}, palette));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), map.pixels));
    EXPECT_EQ(map.pixels[kCount], kUntouched);
  }
}

std::vector<Segment> random_segments(size_t count, int32_t extent, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int32_t> position(-extent / 2, extent + extent / 2);
  std::uniform_int_distribution<int32_t> weight(INT32_MIN, INT32_MAX);
  std::vector<Segment> segments(count);
  for (Segment& segment : segments)
    segment = {position(random), position(random), position(random), position(random),
               weight(random)};
  return segments;
}

TEST_F(VulkanPixelsTest, AddsUpTheSameSegments) {
  expect_same_sums(random_segments(20'000, 256 * 256, 1), 256, 200);
  expect_same_sums(random_segments(3000, 100 * 256, 2), 1, 1);
  expect_same_sums(random_segments(3000, 100 * 256, 3), 97, 3);
  expect_same_sums({}, 5, 5);
}

TEST_F(VulkanPixelsTest, CarriesIntoTheSecondWord) {
  std::vector<Segment> segments(1000, {128, 128, 5 * 256, 128, INT32_MAX});
  segments.resize(2000, {128, 128, 128, 5 * 256, INT32_MIN});
  expect_same_sums(segments, 8, 8);
  EXPECT_EQ(vulkan_->accumulate(segments, 8, 8).value().negative[0], 1000ull << 31);
}

TEST_F(VulkanPixelsTest, AddsUpInBatchesWhatTogetherExceedsOneWord) {
  std::vector<Segment> segments(20'000, {128, 128, 5 * 256, 128, 600'000});
  segments.resize(25'000, {128, 128, 128, 5 * 256, -7});
  expect_same_sums(segments, 8, 8);
  EXPECT_EQ(vulkan_->accumulate(segments, 8, 8).value().positive[0], 20'000ull * 600'000);
}

TEST_F(VulkanPixelsTest, AddsUpOnCanvasesLargerThanTheDeviceHoldsAtOnce) {
  expect_same_sums(random_segments(2000, 3000 * 256, 5), 3000, 3100);
  // One line as long as a picture can be: the longest loop of an invocation.
  expect_same_sums({{128, 128, 16'000 * 256 - 128, 3 * 256, 9}}, 16'000, 4);
}

TEST_F(VulkanPixelsTest, RendersTheSamePictures) {
  views::ViewRequest request;
  request.tensors["t"] =
      perception::Tensor::from<float>({1, 20, 13, 11}, views::testing::adversarial(20 * 143, 2));
  request.selected = {"t"};
  for (const char* view : {"activation_map", "feature_grid", "histogram"}) {
    if (view != std::string("histogram")) request.parameters = {{"normalisation", "percentile"}};
    const auto expected = views::render(cpu_, view, request);
    ASSERT_TRUE(expected) << expected.error().message;
    EXPECT_TRUE(views::render(*vulkan_, view, request).value() == *expected) << view;
    request.parameters.clear();
  }
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
