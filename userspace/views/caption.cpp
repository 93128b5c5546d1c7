// SPDX-License-Identifier: MIT
#include "views/caption.hpp"

#include <algorithm>

#include "views/theme.hpp"

namespace geoneuron::views {
namespace {

constexpr size_t kMaximumLines = 4;  // of small ones, in the room of three at kTextSize

// The largest size at which `text` has this width; 0 where even the smallest is too wide.
uint32_t fitting_size(const Font& font, const std::string& text, uint32_t width) {
  for (uint32_t size = kTextSize; size >= kSmallestCaption; --size)
    if (font.width(text, size) <= width) return size;
  return 0;
}

// `text` in pieces that end with a space or a multiplication sign.
std::vector<std::string> pieces_of(const std::string& text) {
  constexpr std::string_view kTimes = "×";
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (pieces.back().ends_with(' ') || pieces.back().ends_with(kTimes)) pieces.emplace_back();
    pieces.back() += c;
  }
  return pieces;
}

// Small lines of whole pieces; none where a piece is too wide.
std::vector<std::string> broken(const Font& font, const std::string& text, uint32_t width) {
  std::vector<std::string> lines;
  for (const std::string& piece : pieces_of(text)) {
    if (font.width(piece, kSmallestCaption) > width) return {};
    if (lines.empty() || font.width(lines.back() + piece, kSmallestCaption) > width)
      lines.push_back(piece);
    else
      lines.back() += piece;
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

std::vector<std::string> broken_name(const Font& font, const std::string& name, uint32_t width) {
  std::vector<std::string> lines = font.wrapped(name, kSmallestCaption, width);
  if (lines.size() <= kMaximumLines) return lines;
  for (size_t i = kMaximumLines; i < lines.size(); ++i) lines[kMaximumLines - 1] += lines[i];
  lines.resize(kMaximumLines);
  lines.back() = font.fitted(lines.back(), kSmallestCaption, width);
  return lines;
}

std::vector<CaptionLine> small_caption(const std::vector<std::string>& items, uint32_t width,
                                       const CaptionFonts& fonts) {
  uint32_t baseline = 0;
  std::vector<CaptionLine> caption;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto lines =
        i == 0 ? broken_name(fonts.bold, items[i], width) : broken(fonts.regular, items[i], width);
    if (caption.size() + lines.size() > kMaximumLines) break;
    for (const std::string& line : lines) {
      caption.push_back({line, kSmallestCaption, i == 0, baseline});
      baseline += Font::line_height(kSmallestCaption) - 1;
    }
  }
  return caption;
}

}  // namespace

std::vector<CaptionLine> fit_caption(const std::vector<std::string>& items, uint32_t width,
                                     const CaptionFonts& fonts) {
  std::vector<CaptionLine> caption;
  uint32_t baseline = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const uint32_t size = fitting_size(i == 0 ? fonts.bold : fonts.regular, items[i], width);
    if (size == 0) return small_caption(items, width, fonts);
    caption.push_back({items[i], size, i == 0, baseline});
    baseline += Font::line_height(kTextSize);
  }
  return caption;
}

bool fits_unbroken(const std::vector<std::string>& items, uint32_t width,
                   const CaptionFonts& fonts) {
  for (size_t i = 0; i < items.size(); ++i)
    if (fitting_size(i == 0 ? fonts.bold : fonts.regular, items[i], width) == 0) return false;
  return true;
}

uint32_t caption_height() {
  return 3 * Font::line_height(kTextSize);
}

}  // namespace geoneuron::views
