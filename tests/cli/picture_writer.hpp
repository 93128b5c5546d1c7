// SPDX-License-Identifier: MIT
// Pictures for tests, encoded in memory by libpng and libjpeg in every form that the tool must
// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace geoneuron::cli {

using Bytes = std::vector<std::byte>;

struct PngForm {
  int colour_type = 2;  // PNG_COLOR_TYPE_*
  int bit_depth = 8;
  bool interlaced = false;
  std::vector<uint8_t> palette;        // RGB triples
  std::vector<uint8_t> palette_alpha;  // tRNS of a palette
  std::vector<uint8_t> exif;           // eXIf chunk
};

// `samples` holds the packed rows as PNG stores them, 16-bit samples big-endian.
Bytes encode_png(uint32_t width, uint32_t height, const PngForm& form,
                 const std::vector<uint8_t>& samples);

struct JpegForm {
  int components = 3;  // 1 grey, 3 RGB, 4 inks as Adobe stores them
  bool progressive = false;
  int orientation = 0;  // written as EXIF; 0 writes none
  bool big_endian = false;
};

Bytes encode_jpeg(uint32_t width, uint32_t height, const JpegForm& form,
                  const std::vector<uint8_t>& samples);

// A TIFF structure with one entry: the orientation.
std::vector<uint8_t> exif_with(int orientation, bool big_endian);

}  // namespace geoneuron::cli
