// SPDX-License-Identifier: MIT
#include "cli/image_file.hpp"

#include <string_view>

#include "base/mapped_region.hpp"
#include "cli/image_decoders.hpp"

namespace geoneuron::cli {
namespace {

constexpr std::string_view kPngMagic("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view kJpegMagic("\xff\xd8\xff", 3);

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string ImageFile::to_string() const {
  std::string text =
      std::to_string(image.width) + "x" + std::to_string(image.height) + " " + format;
  const char* separator = " (";
  for (const std::string& note : notes) {
    text += separator + note;
    separator = ", ";
  }
  return notes.empty() ? text : text + ")";
}

bool looks_like_image(std::span<const std::byte> bytes) {
  return text_of(bytes).starts_with(kPngMagic) || text_of(bytes).starts_with(kJpegMagic);
}

Result<void> check_image_size(uint32_t width, uint32_t height) {
  if (width == 0 || height == 0) return invalid("has no pixels (%ux%u)", width, height);
  const uint64_t pixels = uint64_t{width} * height;
  if (width <= kMaximumImageSide && height <= kMaximumImageSide && pixels <= kMaximumImagePixels)
    return {};
  return make_error(
      EFBIG, "is %ux%u; at most %u pixels a side and %llu in all are read: make it smaller", width,
      height, kMaximumImageSide, static_cast<unsigned long long>(kMaximumImagePixels));
}

Result<ImageFile> decode_image(std::span<const std::byte> bytes) {
  if (text_of(bytes).starts_with(kPngMagic)) return decode_png(bytes);
  if (text_of(bytes).starts_with(kJpegMagic)) return decode_jpeg(bytes);
  return invalid("is neither a PNG nor a JPEG file");
}

Result<ImageFile> read_image(const std::string& path) {
  const MappedRegion region = GN_TRY(MappedRegion::copy_file(path, kMaximumImageFileBytes));
  return with_context(decode_image(region.bytes()), path);
}

}  // namespace geoneuron::cli
