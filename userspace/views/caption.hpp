// SPDX-License-Identifier: MIT
// Captions in little room: text shrinks, then wraps, then whole items go; no number is ever cut.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "views/text.hpp"

namespace geoneuron::views {

inline constexpr uint32_t kSmallestCaption = 11;  // legible still, in pixels

struct CaptionLine {
  std::string text;
  uint32_t size;
  bool is_name;       // part of the first item, which is drawn bold
  uint32_t baseline;  // below that of a caption's first line where nothing wraps
};

struct CaptionFonts {
  const Font& bold;     // of the first item, a name
  const Font& regular;  // of the others, which state numbers
};

// The lines of `items`, each at most `width` pixels wide. While each item fits into a line of its
// own these have the distance of kTextSize, so that the captions of neighbours align. Where one
// does not, all are set small and broken, after spaces and multiplication signs and, in the name,
// anywhere; items that need a break elsewhere or more than four lines in all are left out. Only a
// name that needs more than four lines by itself ends with an ellipsis.
std::vector<CaptionLine> fit_caption(const std::vector<std::string>& items, uint32_t width,
                                     const CaptionFonts& fonts);

// Whether each item fits into a line of its own.
bool fits_unbroken(const std::vector<std::string>& items, uint32_t width,
                   const CaptionFonts& fonts);

// The room that any caption takes, from the first baseline on.
uint32_t caption_height();

}  // namespace geoneuron::views
