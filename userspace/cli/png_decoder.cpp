// SPDX-License-Identifier: MIT
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "cli/image_decoders.hpp"
#include "cli/orientation.hpp"

namespace geoneuron::cli {
namespace {

// Chunks beside the pixels (profiles, text) are dropped when larger.
constexpr png_alloc_size_t kMaximumChunkBytes = 8u << 20;

class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) : rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail, &PngReader::warn);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  PngReader(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  bool is_ready() const { return info_ != nullptr; }
  const char* message() const { return message_; }
  uint32_t width() const { return png_get_image_width(png_, info_); }
  uint32_t height() const { return png_get_image_height(png_, info_); }
  int bit_depth() const { return bit_depth_; }
  int colour_type() const { return colour_type_; }
  bool has_alpha() const { return has_alpha_; }

  // The next three return false, with message(), where libpng jumped out. They hold no objects with
  // destructors, and nothing set after setjmp is read after the jump.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, &PngReader::read);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller knows the limits
    png_set_chunk_malloc_max(png_, kMaximumChunkBytes);
    png_read_info(png_, info_);
    return true;
  }
  // Allocates a row, and so wants a width that was checked.
  bool prepare_rows() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ask_for_rgba8();
    return true;
  }
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, info_);
    return true;
  }

  Orientation orientation() {
    png_bytep exif = nullptr;
    png_uint_32 size = 0;
    if (png_get_eXIf_1(png_, info_, &size, &exif) == 0) return Orientation::kUpright;
    return orientation_of_tiff(std::as_bytes(std::span(exif, size)));
  }

 private:
  void ask_for_rgba8() {
    bit_depth_ = png_get_bit_depth(png_, info_);
    colour_type_ = png_get_color_type(png_, info_);
    const bool has_key = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    has_alpha_ = has_key || (colour_type_ & PNG_COLOR_MASK_ALPHA) != 0;
    png_set_expand(png_);    // palettes, 1, 2 and 4 bits, transparent colours
    png_set_scale_16(png_);  // rounds, where png_set_strip_16 would cut
    png_set_gray_to_rgb(png_);
    png_set_add_alpha(png_, 255, PNG_FILLER_AFTER);
    (void)png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  static PngReader* self(png_structp png) {
    return static_cast<PngReader*>(png_get_error_ptr(png));
  }
  static void read(png_structp png, png_bytep target, size_t size) {
    PngReader* reader = self(png);
    if (reader->rest_.size() < size) png_error(png, "the file ends early");
    std::memcpy(target, reader->rest_.data(), size);
    reader->rest_ = reader->rest_.subspan(size);
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    std::snprintf(self(png)->message_, sizeof message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void warn(png_structp, png_const_charp) {}

  std::span<const std::byte> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int bit_depth_ = 0, colour_type_ = 0;
  bool has_alpha_ = false;
  char message_[128] = "";
};

void note_conversions(const PngReader& reader, ImageFile& file) {
  if (reader.colour_type() == PNG_COLOR_TYPE_PALETTE) file.notes.push_back("palette");
  if (reader.bit_depth() == 16) file.notes.push_back("16 bits reduced to 8");
  file.has_alpha = reader.has_alpha();
}

}  // namespace

Result<ImageFile> decode_png(std::span<const std::byte> bytes) {
  PngReader reader(bytes);
  if (!reader.is_ready()) return make_error(ENOMEM, "libpng finds no memory");
  if (!reader.read_header()) return invalid("is a damaged PNG file: %s", reader.message());
  GN_TRY(check_image_size(reader.width(), reader.height()));
  if (!reader.prepare_rows()) return invalid("is a damaged PNG file: %s", reader.message());
  ImageFile file{"PNG", views::Image::filled(reader.width(), reader.height(), {}), false, {}};
  static_assert(sizeof(views::Rgba8) == 4, "libpng writes rows of RGBA bytes into the pixels");
  std::vector<png_bytep> rows;
  for (uint32_t y = 0; y < file.image.height; ++y)
    rows.push_back(reinterpret_cast<png_bytep>(&file.image.at(0, y)));
  if (!reader.read_rows(rows.data())) return invalid("is a damaged PNG file: %s", reader.message());
  note_conversions(reader, file);
  const Orientation orientation = reader.orientation();
  if (orientation != Orientation::kUpright) {
    file.image = upright(file.image, orientation);
    file.notes.push_back("EXIF orientation " + std::to_string(static_cast<int>(orientation)));
  }
  return file;
}

}  // namespace geoneuron::cli
