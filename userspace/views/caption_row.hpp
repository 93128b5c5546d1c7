// SPDX-License-Identifier: MIT
// Where captions go that stand beside each other under neighbouring columns. Where one row is too
// tight they take turns in two, the lower one with a line up to its column. Pure functions;
// thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace geoneuron::views {

struct CaptionPlace {
  uint32_t middle, width;
  uint32_t row;  // 0 or, of two, 1: the lower one
};

// The places of captions centred at each of `middles`, which ascend, in a picture of
// `canvas_width`, in one row or two. Captions of a row keep 12 pixels apart, and those of the upper
// row 5 from the lines that lead past them to the lower one, but where that would leave no width:
// there they may touch.
std::vector<CaptionPlace> place_captions(const std::vector<uint32_t>& middles,
                                         uint32_t canvas_width, uint32_t rows);

}  // namespace geoneuron::views
