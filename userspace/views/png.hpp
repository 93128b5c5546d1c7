// SPDX-License-Identifier: MIT
// Images as PNG bytes (libpng). Files are written with base/file.hpp. Thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"

namespace geoneuron::views {

// 8-bit RGB where every pixel is opaque, else RGBA; sRGB, quick rather than small. EINVAL for an
// image without pixels or larger than kMaximumExtent, ENOMEM.
Result<std::vector<std::byte>> encode_png(const Image& image);

}  // namespace geoneuron::views
