// SPDX-License-Identifier: MIT
// Page: a picture with a title, room for its content, and a legend. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/draw.hpp"
#include "views/image.hpp"
#include "views/legend.hpp"
#include "views/parameters.hpp"
#include "views/text.hpp"
#include "views/theme.hpp"

namespace geoneuron::views {

struct PageOptions {
  Theme theme;
  std::string title;     // wrapped; "" leaves it out
  std::string subtitle;  // wrapped; "" leaves it out
  uint32_t content_width = 0, content_height = 0;
  std::optional<Legend> legend;
  // The page is at least so wide, so that text finds room; content is then centred.
  uint32_t minimum_width = 560;
};

struct Page {
  Image image;
  Rectangle content;  // where the content goes; filled with the background

  // Lays everything but the content out. EINVAL where the picture would exceed kMaximumExtent,
  // ENOENT where the font is missing.
  static Result<Page> create(const PageOptions& options);
};

// legend, title and background.
std::vector<ViewParameter> page_parameters();

}  // namespace geoneuron::views
