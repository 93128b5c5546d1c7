// SPDX-License-Identifier: MIT
#include "cli/demo/text_page.hpp"

#include <cmath>

#include "views/draw.hpp"
#include "views/text.hpp"

namespace geoneuron::cli::demo {
namespace {

using views::Font;
using views::Image;
using views::Rgba8;

constexpr uint32_t kWidth = 960, kHeight = 736;
constexpr Rgba8 kPaper{252, 251, 247, 255}, kInk{28, 30, 36, 255}, kRed{176, 42, 36, 255};
constexpr int32_t kLeft = 72;

constexpr const char* kParagraphs[] = {
    "Dear reader, this page was never printed. It was set by a",
    "program, glyph by glyph, so that a neural network could find",
    "out where its lines are.",
    "",
    "The network sees only pixels. It was trained on photographs of",
    "signs, receipts and screens; nobody told it what a letter is."};

constexpr const char* kTable[][3] = {{"layer", "extent", "share"},
                                     {"stem", "480 x 368", "12 %"},
                                     {"neck", "240 x 184", "61 %"},
                                     {"head", "960 x 736", "27 %"}};

void draw_table(const Font& regular, const Font& bold, Image& page) {
  int32_t y = 468;
  for (size_t row = 0; row < 4; ++row) {
    const Font& font = row == 0 ? bold : regular;
    for (size_t column = 0; column < 3; ++column)
      font.draw(page, kLeft + 150 * static_cast<int32_t>(column), y, kTable[row][column], 20, kInk);
    if (row == 0) views::fill(page, {kLeft, y + 9, 400, 2}, kInk);
    y += 38;
  }
}

// A stamp, turned by 12 degrees: each pixel of the page looks up the upright stamp.
void draw_stamp(const Font& bold, Image& page) {
  Image stamp = Image::filled(300, 90, {255, 255, 255, 255});
  views::fill(stamp, {0, 0, 300, 90}, kRed);
  views::fill(stamp, {5, 5, 290, 80}, {255, 255, 255, 255});
  bold.draw_centred(stamp, 150, 60, "RECEIVED", 42, kRed);
  const double c = std::cos(0.21), s = std::sin(0.21);
  for (uint32_t y = 420; y < 650; ++y)
    for (uint32_t x = 540; x < 920; ++x) {
      const double dx = x - 730.0, dy = y - 535.0;
      const auto u = static_cast<int32_t>(std::lround(150 + c * dx - s * dy));
      const auto v = static_cast<int32_t>(std::lround(45 + s * dx + c * dy));
      if (u < 0 || v < 0 || u >= 300 || v >= 90) continue;
      const Rgba8 ink = stamp.at(static_cast<uint32_t>(u), static_cast<uint32_t>(v));
      if (ink.green < 200) page.at(x, y) = ink;
    }
}

}  // namespace

Result<Image> draw_text_page() {
  const Font& regular = *GN_TRY(Font::get());
  const Font& bold = *GN_TRY(Font::get(views::FontWeight::kBold));
  Image page = Image::filled(kWidth, kHeight, kPaper);
  bold.draw(page, kLeft, 104, "Where are the words?", 44, kInk);
  regular.draw(page, kLeft, 144, "A page for a text detector", 22, {96, 100, 110, 255});
  int32_t y = 204;
  for (const char* line : kParagraphs) {
    regular.draw(page, kLeft, y, line, 24, kInk);
    y += *line == 0 ? 18 : 38;
  }
  draw_table(regular, bold, page);
  draw_stamp(bold, page);
  regular.draw(page, kLeft, 676, "Page 1 of 1", 16, {96, 100, 110, 255});
  regular.draw_right(page, static_cast<int32_t>(kWidth) - kLeft, 676, "geoneuron, the demo", 16,
                     {96, 100, 110, 255});
  return page;
}

}  // namespace geoneuron::cli::demo
