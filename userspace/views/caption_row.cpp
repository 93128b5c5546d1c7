// SPDX-License-Identifier: MIT
#include "views/caption_row.hpp"

#include <algorithm>

namespace geoneuron::views {
namespace {

constexpr uint32_t kApart = 12;      // between captions of a row, in pixels
constexpr uint32_t kBesideLine = 5;  // between a caption and a line
constexpr uint32_t kLeast = 2;       // a width that still is one

// The width around middle i that reaches half-way to its nearer neighbour, `step` captions away, or
// to the picture's nearer side, less half of kApart at both ends unless that would leave nothing.
uint32_t width_between(const std::vector<uint32_t>& middles, size_t i, size_t step,
                       uint32_t canvas_width) {
  const uint32_t left = i < step ? 2 * middles[i] : middles[i] - middles[i - step];
  const uint32_t right =
      i + step >= middles.size() ? 2 * (canvas_width - middles[i]) : middles[i + step] - middles[i];
  const uint32_t width = std::min(left, right);
  return width > kApart ? width - kApart : width;
}

// The width around middle i between lines at both neighbours.
uint32_t width_between_lines(const std::vector<uint32_t>& middles, size_t i,
                             uint32_t canvas_width) {
  uint32_t half = canvas_width;
  if (i > 0) half = std::min(half, middles[i] - middles[i - 1]);
  if (i + 1 < middles.size()) half = std::min(half, middles[i + 1] - middles[i]);
  return 2 * std::max(half, kBesideLine + kLeast / 2) - 2 * kBesideLine;
}

}  // namespace

std::vector<CaptionPlace> place_captions(const std::vector<uint32_t>& middles,
                                         uint32_t canvas_width, uint32_t rows) {
  std::vector<CaptionPlace> places;
  for (size_t i = 0; i < middles.size(); ++i) {
    const auto row = static_cast<uint32_t>(i % rows);
    uint32_t width = width_between(middles, i, rows, canvas_width);
    if (row + 1 < rows) width = std::min(width, width_between_lines(middles, i, canvas_width));
    places.push_back({middles[i], width, row});
  }
  return places;
}

}  // namespace geoneuron::views
