// SPDX-License-Identifier: MIT
// A page of text as a picture: what the demo's second scene reads. Thread-safe.
#pragma once

#include "base/result.hpp"
#include "views/image.hpp"

namespace geoneuron::cli::demo {

// 960 x 736 pixels: a heading, paragraphs, a table and a tilted stamp, dark on white, drawn with
// the project's font.
Result<views::Image> draw_text_page();

}  // namespace geoneuron::cli::demo
