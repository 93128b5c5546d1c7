// SPDX-License-Identifier: MIT
// ImageFile: a PNG or JPEG as upright 8-bit RGBA pixels, with a note of what was done to get there.
// Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"

namespace geoneuron::cli {

// Larger pictures are refused before their pixels are allocated (400 MB as RGBA).
inline constexpr uint32_t kMaximumImageSide = 32'768;
inline constexpr uint64_t kMaximumImagePixels = 100'000'000;
// Larger files are refused before they are read: the largest picture has 800 MB uncompressed, as
// RGBA of 16 bits.
inline constexpr size_t kMaximumImageFileBytes = size_t{1} << 30;

struct ImageFile {
  std::string format;              // "PNG" or "JPEG"
  views::Image image;              // straight alpha, turned as its EXIF orientation asks
  bool has_alpha = false;          // some pixel may be transparent
  std::vector<std::string> notes;  // "16 bits reduced to 8", "EXIF orientation 6 applied"

  // "640x480 PNG (palette)"
  std::string to_string() const;
};

// True for bytes that start as a PNG or a JPEG does.
bool looks_like_image(std::span<const std::byte> bytes);

// Decodes a whole PNG or JPEG, told apart by its first bytes. EINVAL for what is neither, damaged
// or ends early; EFBIG beyond the limits above.
Result<ImageFile> decode_image(std::span<const std::byte> bytes);
// The same from the file at `path`; errors name it.
Result<ImageFile> read_image(const std::string& path);

}  // namespace geoneuron::cli
