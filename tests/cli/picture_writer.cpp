// SPDX-License-Identifier: MIT
#include "cli/picture_writer.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>
#include <png.h>

namespace geoneuron::cli {
namespace {

void append(png_structp png, png_bytep data, size_t size) {
  auto* bytes = static_cast<Bytes*>(png_get_io_ptr(png));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  bytes->insert(bytes->end(), first, first + size);
}

void write_tables(png_structp png, png_infop info, const PngForm& form) {
  std::vector<png_color> colours;
  for (size_t i = 0; i + 2 < form.palette.size(); i += 3)
    colours.push_back({form.palette[i], form.palette[i + 1], form.palette[i + 2]});
  if (!colours.empty()) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  if (!form.palette_alpha.empty())
    png_set_tRNS(png, info, form.palette_alpha.data(), static_cast<int>(form.palette_alpha.size()),
                 nullptr);
  std::vector<uint8_t> exif = form.exif;
  if (!exif.empty()) png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), exif.data());
}

}  // namespace

Bytes encode_png(uint32_t width, uint32_t height, const PngForm& form,
                 const std::vector<uint8_t>& samples) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append, nullptr);
  png_set_IHDR(png, info, width, height, form.bit_depth, form.colour_type,
               form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  write_tables(png, info, form);
  png_write_info(png, info);
  const size_t row_bytes = png_get_rowbytes(png, info);
  if (samples.size() != row_bytes * height) std::abort();  // a bug in the test
  std::vector<png_bytep> rows;
  for (uint32_t y = 0; y < height; ++y)
    rows.push_back(const_cast<png_bytep>(samples.data() + y * row_bytes));
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::vector<uint8_t> exif_with(int orientation, bool big_endian) {
  const auto value = static_cast<uint8_t>(orientation);
  if (big_endian)
    return {'M', 'M', 0, 42, 0, 0, 0,     8, 0, 1, 1, 0x12, 0,
            3,   0,   0, 0,  1, 0, value, 0, 0, 0, 0, 0,    0};
  return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
}

Bytes encode_jpeg(uint32_t width, uint32_t height, const JpegForm& form,
                  const std::vector<uint8_t>& samples) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = width;
  info.image_height = height;
  info.input_components = form.components;
  info.in_color_space = form.components == 1   ? JCS_GRAYSCALE
                        : form.components == 3 ? JCS_RGB
                                               : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  for (int i = 0; i < info.num_components; ++i)  // no subsampling: colours stay where they are
    info.comp_info[i].h_samp_factor = info.comp_info[i].v_samp_factor = 1;
  if (form.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (form.orientation != 0) {
    std::vector<uint8_t> marker = {'E', 'x', 'i', 'f', 0, 0};
    const auto tiff = exif_with(form.orientation, form.big_endian);
    marker.insert(marker.end(), tiff.begin(), tiff.end());
    jpeg_write_marker(&info, JPEG_APP0 + 1, marker.data(), static_cast<unsigned>(marker.size()));
  }
  const size_t row_bytes = size_t{width} * static_cast<size_t>(form.components);
  for (uint32_t y = 0; y < height; ++y) {
    auto* row = const_cast<JSAMPROW>(samples.data() + y * row_bytes);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  const auto* first = reinterpret_cast<const std::byte*>(memory);
  Bytes bytes(first, first + size);
  jpeg_destroy_compress(&info);
  std::free(memory);
  return bytes;
}

}  // namespace geoneuron::cli
