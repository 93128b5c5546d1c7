// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "cli/demo/index_page.hpp"
#include "cli/demo/text_page.hpp"
#include "cli/demo/tilted_sheet.hpp"

namespace geoneuron::cli::demo {
namespace {

using testing::HasSubstr;
using testing::Not;

TiltedSheet sheet() {
  TiltedSheet result;
  result.centre = {400, 300};
  result.width = 300;
  result.height = 200;
  return result;
}

TEST(TiltedSheet, FindsTheWayBackFromTheScreen) {
  for (const double x : {0.0, 0.3, 1.0})
    for (const double y : {0.0, 0.6, 1.0}) {
      const Point back = sheet().on_sheet(sheet().on_screen({x, y}));
      EXPECT_NEAR(back.x, x, 1e-9);
      EXPECT_NEAR(back.y, y, 1e-9);
    }
}

TEST(TiltedSheet, ItsFarSideIsSmaller) {
  const double near = sheet().on_screen({0, 1}).y - sheet().on_screen({0, 0}).y;
  const double far = sheet().on_screen({1, 1}).y - sheet().on_screen({1, 0}).y;
  EXPECT_GT(near, far);
  EXPECT_GT(sheet().on_screen({1, 0}).x, sheet().on_screen({0, 0}).x);
}

TEST(TiltedSheet, PaintsOnlyItself) {
  views::Image canvas = views::Image::filled(800, 600, {0, 0, 0, 255});
  draw_sheet(canvas, sheet(), views::Image::filled(2, 2, {255, 0, 0, 255}), 255);
  EXPECT_EQ(canvas.at(400, 300), (views::Rgba8{255, 0, 0, 255}));
  EXPECT_EQ(canvas.at(10, 10), (views::Rgba8{0, 0, 0, 255}));
}

TEST(IndexPage, EscapesTextAndShowsEveryPicture) {
  IndexPage page;
  Scene scene;
  scene.title = "a < b & c";
  scene.figures.push_back({{"one.png", 20, 10, 2, 5, 0}, "First", "says \"hello\""});
  page.scenes.push_back(scene);
  page.devices = {"cpu: cores", "vulkan:0: llvmpipe"};
  const std::string html = to_html(page);
  EXPECT_THAT(html, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(html, HasSubstr("<img src=\"one.png\" width=\"20\" height=\"10\""));
  EXPECT_THAT(html, HasSubstr("says &quot;hello&quot;"));
  EXPECT_THAT(html, HasSubstr("2.500 %"));
}

TEST(IndexPage, NeedsNoNetworkAndNoScript) {
  const std::string html = to_html({});
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(TextPage, HasInkAndIsTheSameEachTime) {
  const views::Image page = draw_text_page().value();
  EXPECT_EQ(page.width % 32, 0u);
  EXPECT_EQ(page.height % 32, 0u);
  size_t dark = 0;
  for (const views::Rgba8& pixel : page.pixels) dark += pixel.red < 100 ? 1 : 0;
  EXPECT_GT(dark, 5000u);
  EXPECT_EQ(page, draw_text_page().value());
}

}  // namespace
}  // namespace geoneuron::cli::demo
