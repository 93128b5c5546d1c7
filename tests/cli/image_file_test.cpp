// SPDX-License-Identifier: MIT
#include "cli/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "cli/orientation.hpp"
#include "cli/picture_writer.hpp"

namespace geoneuron::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using views::Image;
using views::Rgba8;

// PNG_COLOR_TYPE_*, by PNG's specification.
constexpr int kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6;

std::vector<uint8_t> noise(size_t count) {
  std::mt19937 random(7);
  std::vector<uint8_t> samples(count);
  for (uint8_t& sample : samples) sample = static_cast<uint8_t>(random());
  return samples;
}

// Coloured squares of 8 pixels: JPEG keeps their middles nearly exactly.
std::vector<uint8_t> squares(uint32_t width, uint32_t height, uint32_t components) {
  std::vector<uint8_t> samples;
  for (uint32_t y = 0; y < height; ++y)
    for (uint32_t x = 0; x < width; ++x)
      for (uint32_t c = 0; c < components; ++c)
        samples.push_back(static_cast<uint8_t>((x / 8 * 70 + y / 8 * 40 + c * 30) % 256));
  return samples;
}

void expect_near(const Rgba8& a, const Rgba8& b, int tolerance) {
  EXPECT_NEAR(a.red, b.red, tolerance);
  EXPECT_NEAR(a.green, b.green, tolerance);
  EXPECT_NEAR(a.blue, b.blue, tolerance);
  EXPECT_EQ(a.alpha, b.alpha);
}

TEST(Png, ReadsRgbPlainAndInterlaced) {
  const auto samples = noise(5 * 4 * 3);
  for (const bool interlaced : {false, true}) {
    const ImageFile file =
        decode_image(encode_png(5, 4, {kRgb, 8, interlaced, {}, {}, {}}, samples)).value();
    EXPECT_EQ(file.format, "PNG");
    EXPECT_FALSE(file.has_alpha);
    ASSERT_EQ(file.image.pixels.size(), 20u);
    for (size_t i = 0; i < 20; ++i)
      EXPECT_EQ(file.image.pixels[i],
                (Rgba8{samples[3 * i], samples[3 * i + 1], samples[3 * i + 2], 255}));
  }
}

TEST(Png, KeepsAlpha) {
  const ImageFile file =
      decode_image(encode_png(1, 1, {kRgba, 8, false, {}, {}, {}}, {1, 2, 3, 4})).value();
  EXPECT_TRUE(file.has_alpha);
  EXPECT_EQ(file.image.at(0, 0), (Rgba8{1, 2, 3, 4}));
  const ImageFile grey =
      decode_image(encode_png(1, 1, {kGreyAlpha, 8, false, {}, {}, {}}, {9, 4})).value();
  EXPECT_EQ(grey.image.at(0, 0), (Rgba8{9, 9, 9, 4}));
}

TEST(Png, RoundsSixteenBits) {
  // 0x8100 is 128.498 of 255; cutting its low byte would give 129.
  const ImageFile file =
      decode_image(encode_png(2, 1, {kGrey, 16, false, {}, {}, {}}, {0x81, 0x00, 0xFF, 0xFF}))
          .value();
  EXPECT_EQ(file.image.at(0, 0).red, 128);
  EXPECT_EQ(file.image.at(1, 0).red, 255);
  EXPECT_THAT(file.to_string(), HasSubstr("16 bits"));
}

TEST(Png, ExpandsPalettesAndTheirAlpha) {
  const PngForm form{kPalette, 2, false, {255, 0, 0, 0, 255, 0, 9, 8, 7}, {255, 100}, {}};
  const ImageFile file = decode_image(encode_png(3, 1, form, {0b00'01'10'00})).value();
  EXPECT_THAT(file.image.pixels,
              ElementsAre(Rgba8{255, 0, 0, 255}, Rgba8{0, 255, 0, 100}, Rgba8{9, 8, 7, 255}));
  EXPECT_TRUE(file.has_alpha);
  EXPECT_THAT(file.to_string(), HasSubstr("palette"));
}

TEST(Png, ExpandsOneBitGrey) {
  const ImageFile file =
      decode_image(encode_png(3, 1, {kGrey, 1, false, {}, {}, {}}, {0b10100000})).value();
  EXPECT_EQ(file.image.at(0, 0), (Rgba8{255, 255, 255, 255}));
  EXPECT_EQ(file.image.at(1, 0), (Rgba8{0, 0, 0, 255}));
}

TEST(Png, TurnsByItsExifChunk) {
  const PngForm form{kGrey, 8, false, {}, {}, exif_with(3, true)};
  const ImageFile file = decode_image(encode_png(2, 1, form, {10, 20})).value();
  EXPECT_EQ(file.image.at(0, 0).red, 20);
}

TEST(Png, RefusesEveryTruncation) {
  const Bytes whole = encode_png(6, 5, {kRgb, 8, true, {}, {}, {}}, noise(90));
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto result = decode_image(std::span(whole).first(length));
    ASSERT_FALSE(result.has_value()) << length;
    EXPECT_EQ(result.error().code, EINVAL);
  }
}

TEST(Png, RefusesOrSurvivesEveryChangedByte) {
  const Bytes whole = encode_png(6, 5, {kRgba, 8, false, {}, {}, {}}, noise(120));
  const Image original = decode_image(whole).value().image;
  for (size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= std::byte{0x55};
    const auto result = decode_image(changed);
    // Checksums guard every byte that decides pixels.
    if (result.has_value()) {
      EXPECT_EQ(result->image, original) << "byte " << i;
    }
  }
}

TEST(Png, RefusesHugeSizesBeforeAllocatingThem) {
  const PngForm form{kGrey, 1, false, {}, {}, {}};
  const Bytes wide = encode_png(40'000, 1, form, std::vector<uint8_t>(5'000));
  EXPECT_EQ(decode_image(wide).error().code, EFBIG);
  const Bytes wider = encode_png(100'000, 1, form, std::vector<uint8_t>(12'500));
  EXPECT_EQ(decode_image(wider).error().message,
            "is 100000x1; at most 32768 pixels a side and 100000000 in all are read: make it "
            "smaller");
  const Bytes large = encode_png(20'000, 10'000, form, std::vector<uint8_t>(25'000'000));
  EXPECT_EQ(decode_image(large).error().code, EFBIG);
  EXPECT_THAT(decode_image(large).error().message, HasSubstr("20000x10000"));
}

TEST(Jpeg, ReadsGreyColourAndProgressive) {
  for (const int components : {1, 3}) {
    for (const bool progressive : {false, true}) {
      const auto n = static_cast<uint32_t>(components);
      const auto samples = squares(24, 16, n);
      const ImageFile file =
          decode_image(encode_jpeg(24, 16, {components, progressive, 0, false}, samples)).value();
      const uint8_t* pixel = &samples[(4 * 24 + 12) * n];
      expect_near(
          file.image.at(12, 4),
          n == 1 ? Rgba8{pixel[0], pixel[0], pixel[0]} : Rgba8{pixel[0], pixel[1], pixel[2]}, 3);
      EXPECT_EQ(file.format, "JPEG");
    }
  }
}

TEST(Jpeg, ConvertsInks) {
  // As libjpeg writes CMYK: with Adobe's marker, 255 = no ink.
  std::vector<uint8_t> samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {255, 128, 0, 255});
  const ImageFile file = decode_image(encode_jpeg(8, 8, {4, false, 0, false}, samples)).value();
  expect_near(file.image.at(4, 4), {255, 128, 0, 255}, 2);
}

TEST(Jpeg, TurnsByEveryOrientation) {
  // Stored: 16x8 squares A B. Where does A's middle stand when upright?
  const auto samples = squares(16, 8, 3);
  const Rgba8 a{samples[0], samples[1], samples[2]};
  struct Expected {
    uint32_t width, height, x, y;
  };
  const Expected expected[] = {{16, 8, 4, 4}, {16, 8, 12, 4}, {16, 8, 12, 4}, {16, 8, 4, 4},
                               {8, 16, 4, 4}, {8, 16, 4, 4},  {8, 16, 4, 12}, {8, 16, 4, 12}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      const ImageFile file =
          decode_image(encode_jpeg(16, 8, {3, false, orientation, big_endian}, samples)).value();
      const Expected& e = expected[orientation - 1];
      ASSERT_EQ(file.image.width, e.width) << orientation;
      ASSERT_EQ(file.image.height, e.height) << orientation;
      expect_near(file.image.at(e.x, e.y), a, 3);
    }
  }
}

TEST(Orientation, PutsEveryCornerWhereExifSays) {
  // EXIF 2.3: the tag names the visual place of stored row 0 and column 0.
  Image stored = Image::filled(3, 2, {});
  for (uint8_t i = 0; i < 6; ++i) stored.pixels[i].red = i;
  const auto reds = [](const Image& image) {
    std::vector<int> result;
    for (const Rgba8& pixel : image.pixels) result.push_back(pixel.red);
    return result;
  };
  const auto turned = [&](int value) {
    return reds(upright(stored, static_cast<Orientation>(value)));
  };
  EXPECT_THAT(turned(1), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(turned(2), ElementsAre(2, 1, 0, 5, 4, 3));
  EXPECT_THAT(turned(3), ElementsAre(5, 4, 3, 2, 1, 0));
  EXPECT_THAT(turned(4), ElementsAre(3, 4, 5, 0, 1, 2));
  EXPECT_THAT(turned(5), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(turned(6), ElementsAre(3, 0, 4, 1, 5, 2));
  EXPECT_THAT(turned(7), ElementsAre(5, 2, 4, 1, 3, 0));
  EXPECT_THAT(turned(8), ElementsAre(2, 5, 1, 4, 0, 3));
}

TEST(Orientation, IgnoresMalformedExif) {
  const auto of = [](std::vector<uint8_t> tiff) {
    return orientation_of_tiff(std::as_bytes(std::span(tiff)));
  };
  auto tiff = exif_with(6, false);
  EXPECT_EQ(of(tiff), Orientation::kRotateRight);
  for (size_t length = 0; length < 19; ++length)
    EXPECT_EQ(of({tiff.begin(), tiff.begin() + static_cast<std::ptrdiff_t>(length)}),
              Orientation::kUpright);
  tiff[18] = 9;
  EXPECT_EQ(of(tiff), Orientation::kUpright);
  tiff = exif_with(6, false);
  std::fill(tiff.begin() + 4, tiff.begin() + 8, uint8_t{255});  // the directory lies far outside
  EXPECT_EQ(of(tiff), Orientation::kUpright);
}

TEST(Jpeg, RefusesEveryTruncation) {
  const Bytes whole = encode_jpeg(16, 16, {3, true, 6, false}, squares(16, 16, 3));
  // The last two bytes are the end marker; all others carry something.
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_image(std::span(whole).first(length)).has_value()) << length;
}

TEST(Jpeg, SurvivesEveryChangedByte) {
  const Bytes whole = encode_jpeg(16, 16, {3, true, 6, false}, squares(16, 16, 3));
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0xff}) {
      Bytes changed = whole;
      changed[i] = static_cast<std::byte>(value);
      const auto result = decode_image(changed);
      if (!result.has_value()) {
        EXPECT_FALSE(result.error().message.empty());
      }
    }
  }
}

TEST(Jpeg, RefusesHugeSizesBeforeAllocatingThem) {
  Bytes bytes = encode_jpeg(8, 8, {1, false, 0, false}, std::vector<uint8_t>(64));
  // The frame header: marker FFC0, length, precision, height, width.
  const std::byte marker[] = {std::byte{0xFF}, std::byte{0xC0}};
  const auto frame = std::ranges::search(bytes, marker).begin();
  ASSERT_NE(frame, bytes.end());
  std::fill(frame + 5, frame + 9, std::byte{0xF0});
  EXPECT_EQ(decode_image(bytes).error().code, EFBIG);
  std::fill(frame + 5, frame + 9, std::byte{0xFF});  // libjpeg's own limit is below
  EXPECT_EQ(decode_image(bytes).error().code, EFBIG);
}

TEST(ImageFile, NamesFileAndFault) {
  EXPECT_THAT(read_image("/proc/self/exe").error().message,
              HasSubstr("/proc/self/exe: is neither a PNG nor a JPEG file"));
  EXPECT_EQ(read_image("/nowhere.png").error().code, ENOENT);
}

}  // namespace
}  // namespace geoneuron::cli
