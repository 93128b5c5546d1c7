// SPDX-License-Identifier: MIT
#include "views/page.hpp"

#include <algorithm>

#include "views/pixel_device.hpp"

namespace geoneuron::views {
namespace {

// Lines of text, drawn from `top` down; returns where the last one ends.
uint32_t draw_lines(Image& image, const Font& font, const std::vector<std::string>& lines,
                    uint32_t top, uint32_t size, Rgba8 colour) {
  for (const std::string& line : lines) {
    const uint32_t baseline = top + Font::capital_height(size);
    font.draw(image, kMargin, static_cast<int32_t>(baseline), line, size, colour);
    top += Font::line_height(size);
  }
  return top;
}

uint32_t height_of(const std::vector<std::string>& lines, uint32_t size) {
  return static_cast<uint32_t>(lines.size()) * Font::line_height(size);
}

Result<void> check_extent(uint64_t pixels, const char* direction, const char* more) {
  if (pixels <= kMaximumExtent) return {};
  return invalid(
      "the picture would be %lu pixels %s: must be at most %u; choose a smaller "
      "scale or more %s",
      pixels, direction, kMaximumExtent, more);
}

}  // namespace

Result<Page> Page::create(const PageOptions& options) {
  const Font* regular = GN_TRY(Font::get());
  const Font* bold = GN_TRY(Font::get(FontWeight::kBold));
  const uint64_t inner =
      std::max<uint64_t>(options.content_width, options.minimum_width - uint64_t{2} * kMargin);
  const uint64_t width = inner + 2 * uint64_t{kMargin};
  GN_TRY(check_extent(width, "wide", "rows"));
  const auto text_width = static_cast<uint32_t>(inner);
  const auto title = bold->wrapped(options.title, kTitleSize, text_width);
  const auto subtitle = regular->wrapped(options.subtitle, kTextSize, text_width);
  uint64_t top = kMargin + height_of(title, kTitleSize) + height_of(subtitle, kTextSize);
  if (!title.empty() || !subtitle.empty()) top += kGap / 2;
  uint64_t height = top + options.content_height + kMargin;
  if (options.legend) height += kGap + GN_TRY(options.legend->height(text_width));
  GN_TRY(check_extent(height, "high", "columns"));
  Page page;
  page.image = Image::filled(static_cast<uint32_t>(width), static_cast<uint32_t>(height),
                             options.theme.background);
  const uint32_t next =
      draw_lines(page.image, *bold, title, kMargin, kTitleSize, options.theme.text);
  draw_lines(page.image, *regular, subtitle, next, kTextSize, options.theme.secondary);
  const auto left = static_cast<int32_t>((width - options.content_width) / 2);
  page.content = {left, static_cast<int32_t>(top), static_cast<int32_t>(options.content_width),
                  static_cast<int32_t>(options.content_height)};
  if (options.legend) {
    const auto y = static_cast<uint32_t>(top) + options.content_height + kGap;
    GN_TRY(options.legend->draw(page.image, options.theme, kMargin, y, text_width));
  }
  return page;
}

std::vector<ViewParameter> page_parameters() {
  return {
      ViewParameter::choice("legend", "on", {"on", "off"}, "state limits and what they stand for"),
      ViewParameter::text("title", "", "text above the picture; empty: the tensor's name"),
      ViewParameter::choice("background", "dark", {"dark", "light"}, "colours of the page"),
  };
}

}  // namespace geoneuron::views
