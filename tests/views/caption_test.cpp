// SPDX-License-Identifier: MIT
#include "views/caption.hpp"

#include <gmock/gmock.h>

#include "views/theme.hpp"

namespace geoneuron::views {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Caption : public testing::Test {
 protected:
  std::vector<CaptionLine> fit(const std::vector<std::string>& items, uint32_t width) const {
    return fit_caption(items, width, {*bold_, *regular_});
  }
  // All lines one after the other, without the spaces at which they were broken.
  static std::string joined(const std::vector<CaptionLine>& lines) {
    std::string text;
    for (const CaptionLine& line : lines) text += line.text;
    std::erase(text, ' ');
    return text;
  }

  const Font* regular_ = Font::get().value();
  const Font* bold_ = Font::get(FontWeight::kBold).value();
  const std::vector<std::string> items_{"relu1", "16×24×24", "|a| ≤ 7.65"};
};

TEST_F(Caption, HasOneLineForEachItemWhereThereIsRoom) {
  const auto lines = fit(items_, 200);
  ASSERT_THAT(lines, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i].text, items_[i]);
    EXPECT_EQ(lines[i].size, kTextSize);
    EXPECT_EQ(lines[i].is_name, i == 0);
  }
}

TEST_F(Caption, ShrinksBeforeItWraps) {
  const auto lines = fit(items_, regular_->width(items_[1], 12));
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].size, kTextSize);
  EXPECT_EQ(lines[1].size, 12u);
}

TEST_F(Caption, WrapsWithoutBreakingNumbers) {
  const auto lines = fit({"relu1", "16×24×24"}, regular_->width("16×24×", kSmallestCaption));
  EXPECT_EQ(joined(lines), "relu116×24×24");
  EXPECT_EQ(lines[1].text, "16×24×");
}

TEST_F(Caption, NeverExceedsItsWidthNorCutsWhatItKeeps) {
  for (uint32_t width = 24; width < 120; ++width) {
    const auto lines = fit(items_, width);
    EXPECT_LE(lines.size(), 4u);
    EXPECT_LE(lines.back().baseline, caption_height());
    for (const CaptionLine& line : lines) {
      EXPECT_LE((line.is_name ? bold_ : regular_)->width(line.text, line.size), width);
      EXPECT_EQ(line.text.find("…"), std::string::npos);
    }
    std::string kept = joined(lines);
    EXPECT_EQ(kept.substr(0, 5), "relu1");
    kept.erase(0, 5);
    EXPECT_TRUE(kept == "16×24×24|a|≤7.65" || kept == "16×24×24" || kept == "|a|≤7.65" ||
                kept == "")
        << width << ": " << kept;
  }
}

TEST_F(Caption, IsNeverSmallerThanWhatCanBeRead) {
  for (uint32_t width = 24; width < 200; width += 4)
    for (const CaptionLine& line : fit(items_, width)) EXPECT_GE(line.size, 11u);
}

TEST_F(Caption, TellsWhetherItHasToBeBroken) {
  const uint32_t least = bold_->width("relu1-relu1", kSmallestCaption);
  EXPECT_TRUE(fits_unbroken({"relu1-relu1", "9"}, least, {*bold_, *regular_}));
  EXPECT_FALSE(fits_unbroken({"relu1-relu1", "9"}, least - 1, {*bold_, *regular_}));
  EXPECT_FALSE(fits_unbroken({"9", std::string(99, '9')}, least, {*bold_, *regular_}));
}

TEST_F(Caption, LeavesOutANumberThatDoesNotFit) {
  EXPECT_EQ(joined(fit({"conv", "1,645,408 edges"}, 44)), "conv");
}

TEST_F(Caption, MarksANameThatIsTooLongForAnyCaption) {
  const auto lines = fit({std::string(200, 'w'), "12"}, 60);
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines.back().text, HasSubstr("…"));
}

}  // namespace
}  // namespace geoneuron::views
