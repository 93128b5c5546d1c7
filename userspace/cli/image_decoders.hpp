// SPDX-License-Identifier: MIT
// The two decoders behind ImageFile. Both libraries report errors by longjmp: each decoder keeps
// every object with a destructor outside the functions that a jump may leave. Thread-safe.
#pragma once

#include "cli/image_file.hpp"

namespace geoneuron::cli {

// EFBIG with a sentence where width or height exceed the limits of image_file.hpp; EINVAL for 0.
Result<void> check_image_size(uint32_t width, uint32_t height);

Result<ImageFile> decode_png(std::span<const std::byte> bytes);
Result<ImageFile> decode_jpeg(std::span<const std::byte> bytes);

}  // namespace geoneuron::cli
