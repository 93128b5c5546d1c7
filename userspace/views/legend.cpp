// SPDX-License-Identifier: MIT
#include "views/legend.hpp"

#include <algorithm>
#include <cinttypes>

#include "views/colour_index.hpp"
#include "views/draw.hpp"
#include "views/text.hpp"

namespace geoneuron::views {
namespace {

constexpr uint32_t kBarHeight = 14;
constexpr uint32_t kMaximumBarWidth = 640;
constexpr uint32_t kSwatch = 11;
constexpr uint32_t kBarBlock = kBarHeight + 6 + kSmallSize + 10;  // bar, labels, space

std::string count_text(uint64_t count, const char* what) {
  return std::to_string(count) + " " + what;
}

// Labels of the bar at thirds of its width: left, middle, right; "" for none.
std::array<std::string, 3> labels_of(const Legend& legend) {
  if (legend.limits.size() != 1) return {"low", "", "high"};
  const Limits one = legend.part.value_or(legend.limits[0]);
  if (one.low == one.high) return {"", short_number(one.low), ""};
  const double middle = (double{one.low} + double{one.high}) / 2;
  return {short_number(one.low), short_number(middle), short_number(one.high)};
}

void draw_bar(Image& image, const Theme& theme, const Palette& palette, const Legend& legend,
              const Rectangle& bar) {
  const Limits whole = legend.limits.size() == 1 ? legend.limits[0] : Limits{0, 1, false};
  const Limits shown = legend.part.value_or(whole);
  const Normalisation normalisation = thresholds_of(whole);
  for (int32_t x = 0; x < bar.width; ++x) {
    const double part = (x + 0.5) / bar.width;
    const double value = shown.low + (double{shown.high} - shown.low) * part;
    const uint32_t index = colour_index(normalisation, key_of(static_cast<float>(value)));
    fill(image, {bar.x + x, bar.y, 1, bar.height}, palette.colours[index]);
  }
  frame(image, bar, theme.line);
}

// Marks side by side, wrapped to `width`: the top left corner of each, and the height of all.
struct MarkLayout {
  std::vector<std::pair<uint32_t, uint32_t>> corners;
  uint32_t height = 0;
};

MarkLayout layout_marks(const Font& font, const std::vector<LegendMark>& marks, uint32_t width) {
  MarkLayout layout;
  const uint32_t step = Font::line_height(kSmallSize);
  uint32_t x = 0, y = 0;
  for (const LegendMark& mark : marks) {
    const uint32_t needed = kSwatch + 6 + font.width(mark.text, kSmallSize);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += step;
    }
    layout.corners.emplace_back(x, y);
    x += needed + 18;
  }
  layout.height = marks.empty() ? 0 : y + step + 4;
  return layout;
}

std::vector<std::string> wrapped_lines(const Font& font, const std::vector<std::string>& lines,
                                       uint32_t width) {
  std::vector<std::string> result;
  for (const std::string& line : lines)
    for (std::string& part : font.wrapped(line, kSmallSize, width)) result.push_back(part);
  return result;
}

}  // namespace

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value == 0 ? 0.0 : value);
  return text;
}

void Legend::add_special(const KeyStatistics& statistics) {
  if (!palette) return;
  if (statistics.nan > 0) marks.push_back({palette->nan, count_text(statistics.nan, "NaN")});
  if (statistics.positive_infinity > 0)
    marks.push_back(
        {palette->positive_infinity, count_text(statistics.positive_infinity, "+infinity")});
  if (statistics.negative_infinity > 0)
    marks.push_back(
        {palette->negative_infinity, count_text(statistics.negative_infinity, "\u2212infinity")});
}

std::vector<std::string> Legend::texts() const {
  std::vector<std::string> result;
  if (palette)
    for (const std::string& label : labels_of(*this))
      if (!label.empty()) result.push_back(label);
  for (const LegendMark& mark : marks) result.push_back(mark.text);
  result.insert(result.end(), lines.begin(), lines.end());
  return result;
}

Result<uint32_t> Legend::height(uint32_t width) const {
  const Font* font = GN_TRY(Font::get());
  const auto line_count = static_cast<uint32_t>(wrapped_lines(*font, lines, width).size());
  return (palette ? kBarBlock : 0) + layout_marks(*font, marks, width).height +
         line_count * Font::line_height(kSmallSize);
}

Result<void> Legend::draw(Image& image, const Theme& theme, uint32_t x, uint32_t y,
                          uint32_t width) const {
  const Font* font = GN_TRY(Font::get());
  const auto left = static_cast<int32_t>(x);
  auto top = static_cast<int32_t>(y);
  if (palette) {
    const auto bar_width = static_cast<int32_t>(std::min(width, kMaximumBarWidth));
    draw_bar(image, theme, *palette, *this, {left, top, bar_width, kBarHeight});
    const auto labels = labels_of(*this);
    const int32_t baseline =
        top + static_cast<int32_t>(kBarHeight + 7 + Font::capital_height(kSmallSize));
    font->draw(image, left, baseline, labels[0], kSmallSize, theme.text);
    font->draw_centred(image, left + bar_width / 2, baseline, labels[1], kSmallSize, theme.text);
    font->draw_right(image, left + bar_width, baseline, labels[2], kSmallSize, theme.text);
    top += static_cast<int32_t>(kBarBlock);
  }
  const MarkLayout layout = layout_marks(*font, marks, width);
  for (size_t i = 0; i < marks.size(); ++i) {
    const int32_t u = left + static_cast<int32_t>(layout.corners[i].first);
    const int32_t v = top + static_cast<int32_t>(layout.corners[i].second);
    fill(image, {u, v, kSwatch, kSwatch}, marks[i].colour);
    font->draw(image, u + static_cast<int32_t>(kSwatch) + 6, v + static_cast<int32_t>(kSwatch) - 1,
               marks[i].text, kSmallSize, theme.text);
  }
  top += static_cast<int32_t>(layout.height);
  for (const std::string& line : wrapped_lines(*font, lines, width)) {
    font->draw(image, left, top + static_cast<int32_t>(Font::capital_height(kSmallSize)), line,
               kSmallSize, theme.secondary);
    top += static_cast<int32_t>(Font::line_height(kSmallSize));
  }
  return {};
}

}  // namespace geoneuron::views
