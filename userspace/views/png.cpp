// SPDX-License-Identifier: MIT
#include "views/png.hpp"

#include <png.h>

#include <algorithm>
#include <csetjmp>

#include "views/pixel_checks.hpp"

namespace geoneuron::views {
namespace {

struct Output {
  std::vector<std::byte> bytes;
  std::string error;
};

void append(png_structp png, png_bytep data, size_t size) {
  auto* output = static_cast<Output*>(png_get_io_ptr(png));
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  output->bytes.insert(output->bytes.end(), bytes, bytes + size);
}

// libpng reports by longjmp; nothing with a destructor may live in the frame that it leaves.
[[noreturn]] void fail(png_structp png, png_const_charp message) {
  static_cast<Output*>(png_get_error_ptr(png))->error = message;
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

std::vector<uint8_t> packed_rgb(const Image& image) {
  std::vector<uint8_t> bytes(image.pixels.size() * 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    bytes[i * 3] = image.pixels[i].red;
    bytes[i * 3 + 1] = image.pixels[i].green;
    bytes[i * 3 + 2] = image.pixels[i].blue;
  }
  return bytes;
}

// Writes all rows; false after an error. Pixels take few colours and repeat, which Deflate finds by
// itself: differences of neighbours (PNG's filters) take longer here, and more bytes.
bool write_rows(png_structp png, png_infop info, const Image& image, const uint8_t* bytes,
                bool opaque) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const size_t stride = size_t{image.width} * (opaque ? 3 : 4);
  png_set_IHDR(png, info, image.width, image.height, 8,
               opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_set_compression_level(png, 1);
  png_set_compression_buffer_size(png, 1 << 17);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_write_info(png, info);
  for (uint32_t y = 0; y < image.height; ++y) png_write_row(png, bytes + y * stride);
  png_write_end(png, info);
  return true;
}

}  // namespace

Result<std::vector<std::byte>> encode_png(const Image& image) {
  if (auto checked = check_extent(image.width, image.height); !checked) return checked.error();
  const bool opaque = std::all_of(image.pixels.begin(), image.pixels.end(),
                                  [](Rgba8 pixel) { return pixel.alpha == 255; });
  const std::vector<uint8_t> rgb = opaque ? packed_rgb(image) : std::vector<uint8_t>();
  const auto* bytes = opaque ? rgb.data() : reinterpret_cast<const uint8_t*>(image.pixels.data());
  Output output;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, fail, ignore_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  bool written = false;
  if (info != nullptr) {
    png_set_write_fn(png, &output, append, nullptr);
    written = write_rows(png, info, image, bytes, opaque);
  }
  png_destroy_write_struct(&png, &info);
  if (!written)
    return make_error(ENOMEM, "PNG of %ux%u pixels: cannot be encoded: %s", image.width,
                      image.height, output.error.c_str());
  return std::move(output.bytes);
}

}  // namespace geoneuron::views
