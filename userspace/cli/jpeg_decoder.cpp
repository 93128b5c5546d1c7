// SPDX-License-Identifier: MIT
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "cli/image_decoders.hpp"
#include "cli/orientation.hpp"

// jpeglib.h needs size_t and FILE declared before it.
#include <jerror.h>
#include <jpeglib.h>

namespace geoneuron::cli {
namespace {

// A progressive file may name far more scans than any encoder writes, each over all pixels: without
// a limit a small file could keep the decoder busy for hours.
constexpr int kMaximumScans = 200;

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = &JpegReader::fail;
    errors_.emit_message = &JpegReader::warn;
    info_.client_data = this;
  }
  JpegReader(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  const char* message() const { return message_; }
  uint32_t width() const { return info_.image_width; }
  uint32_t height() const { return info_.image_height; }
  bool is_cmyk() const { return info_.out_color_space == JCS_CMYK; }
  // Adobe's files hold inverted inks: 255 is no ink.
  bool is_inverted() const { return info_.saw_Adobe_marker != 0; }

  // The next two return false, with message(), where libjpeg jumped out. They hold no objects with
  // destructors, and nothing set after setjmp is read after the jump.
  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = &JpegReader::check_scans;
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes_.data()),
                 static_cast<unsigned long>(bytes_.size()));
    jpeg_read_header(&info_, TRUE);
    const bool has_inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = has_inks ? JCS_CMYK : JCS_EXT_RGBA;
    return true;
  }
  bool read_rows(views::Image& image) {
    if (setjmp(jump_) != 0) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = reinterpret_cast<JSAMPROW>(&image.at(0, info_.output_scanline));
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

 private:
  static JpegReader* self(j_common_ptr info) { return static_cast<JpegReader*>(info->client_data); }
  [[noreturn]] static void fail(j_common_ptr info) {
    JpegReader* reader = self(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    std::snprintf(reader->message_, sizeof message_, "%s", text);
    std::longjmp(reader->jump_, 1);
  }
  // libjpeg calls damaged data a warning and paints something; whoever looks inside a network must
  // not be shown that. Stray bytes between markers harm nothing.
  static void warn(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA) fail(info);
  }
  static void check_scans(j_common_ptr info) {
    JpegReader* reader = self(info);
    if (reader->info_.input_scan_number <= kMaximumScans) return;
    std::snprintf(reader->message_, sizeof message_, "more than %d scans", kMaximumScans);
    std::longjmp(reader->jump_, 1);
  }

  std::span<const std::byte> bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  char message_[JMSG_LENGTH_MAX] = "";
};

uint8_t product(uint32_t a, uint32_t b) {
  return static_cast<uint8_t>((a * b + 127) / 255);
}

// The pixels hold cyan, magenta, yellow, black in the places of red, green, blue, alpha.
void convert_inks(views::Image& image, bool inverted) {
  const auto light = [&](uint8_t ink) { return inverted ? uint32_t{ink} : 255u - ink; };
  for (views::Rgba8& pixel : image.pixels) {
    const uint32_t black = light(pixel.alpha);
    pixel = {product(light(pixel.red), black), product(light(pixel.green), black),
             product(light(pixel.blue), black), 255};
  }
}

}  // namespace

Result<ImageFile> decode_jpeg(std::span<const std::byte> bytes) {
  JpegReader reader(bytes);
  const bool has_header = reader.read_header();
  // libjpeg refuses the largest sides itself, after it has read them.
  if (has_header || (reader.width() > 0 && reader.height() > 0))
    GN_TRY(check_image_size(reader.width(), reader.height()));
  if (!has_header) return invalid("is a damaged JPEG file: %s", reader.message());
  ImageFile file{"JPEG", views::Image::filled(reader.width(), reader.height(), {}), false, {}};
  if (!reader.read_rows(file.image)) return invalid("is a damaged JPEG file: %s", reader.message());
  if (reader.is_cmyk()) {
    convert_inks(file.image, reader.is_inverted());
    file.notes.push_back("CMYK");
  }
  const Orientation orientation = orientation_of_jpeg(bytes);
  if (orientation != Orientation::kUpright) {
    file.image = upright(file.image, orientation);
    file.notes.push_back("EXIF orientation " + std::to_string(static_cast<int>(orientation)));
  }
  return file;
}

}  // namespace geoneuron::cli
