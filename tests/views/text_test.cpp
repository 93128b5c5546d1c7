// SPDX-License-Identifier: MIT
#include "views/text.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"

namespace geoneuron::views {
namespace {

const Font& font() {
  return *Font::get().value();
}

TEST(Font, DrawsWithinItsWidth) {
  Image image = Image::filled(200, 40, {0, 0, 0, 255});
  const int32_t end = font().draw(image, 10, 30, "Neuron 42", 16, {255, 255, 255, 255});
  EXPECT_EQ(static_cast<uint32_t>(end) - 10, font().width("Neuron 42", 16));
  uint32_t lit = 0;
  for (uint32_t y = 0; y < 40; ++y) {
    for (uint32_t x = 0; x < 200; ++x) {
      if (image.at(x, y).red == 0) continue;
      ++lit;
      EXPECT_GE(x, 9u);
      EXPECT_LE(x, static_cast<uint32_t>(end));
    }
  }
  EXPECT_GT(lit, 100u);
}

TEST(Font, ClipsAtEveryEdge) {
  Image image = Image::filled(5, 5, {0, 0, 0, 255});
  font().draw(image, -20, 3, "MMMMMMMM", 16, {255, 255, 255, 255});
  font().draw(image, 2, -50, "MM", 16, {255, 255, 255, 255});
  EXPECT_EQ(image.pixels.size(), 25u);
}

TEST(Font, SurvivesMalformedText) {
  Image image = Image::filled(50, 20, {0, 0, 0, 255});
  font().draw(image, 0, 15, "\xff\xc3(\xe2\x82", 12, {255, 255, 255, 255});
  EXPECT_GT(font().width("\xff", 12), 0u);
}

TEST(Font, WrapsAtSpacesAndInsideLongWords) {
  for (const std::string& line : font().wrapped("a fairly long title of words", 14, 90))
    EXPECT_LE(font().width(line, 14), 90u);
  const auto pieces = font().wrapped("one_word_that_is_far_too_long", 14, 60);
  EXPECT_GT(pieces.size(), 2u);
  std::string joined;
  for (const std::string& piece : pieces) joined += piece;
  EXPECT_EQ(joined, "one_word_that_is_far_too_long");
  EXPECT_TRUE(font().wrapped("", 14, 60).empty());
}

TEST(Font, CutsWithAnEllipsis) {
  const std::string cut = font().fitted("a rather long name", 14, 80);
  EXPECT_LE(font().width(cut, 14), 80u);
  EXPECT_TRUE(cut.ends_with("\u2026"));
  EXPECT_EQ(font().fitted("short", 14, 80), "short");
}

TEST(Font, NamesThePackageWhenTheFileIsMissing) {
  const auto missing = Font::open("/nowhere/DejaVuSans.ttf");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ENOENT);
  EXPECT_EQ(missing.error().message,
            "font /nowhere/DejaVuSans.ttf: cannot be read; install fonts-dejavu-core");
}

TEST(Font, RefusesAFileThatIsNoFont) {
  const std::string path = ::testing::TempDir() + "no_font.ttf";
  ASSERT_TRUE(write_file(path, "this is no font"));
  EXPECT_EQ(Font::open(path).error().code, EINVAL);
}

}  // namespace
}  // namespace geoneuron::views
