// SPDX-License-Identifier: MIT
#include "cli/orientation.hpp"

#include <cstring>
#include <string_view>
#include <utility>

namespace geoneuron::cli {
namespace {

// Integers of either byte order at checked offsets; what lies outside reads as 0.
class TiffReader {
 public:
  TiffReader(std::span<const std::byte> bytes, bool big_endian)
      : bytes_(bytes), big_endian_(big_endian) {}

  uint32_t u16(size_t offset) const { return read(offset, 2); }
  uint32_t u32(size_t offset) const { return read(offset, 4); }

 private:
  uint32_t read(size_t offset, size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      const size_t at = offset + (big_endian_ ? i : size - 1 - i);
      value = value << 8 | static_cast<uint32_t>(bytes_[at]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool big_endian_;
};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Orientation orientation_of_tiff(std::span<const std::byte> tiff) {
  constexpr uint32_t kOrientationTag = 0x0112, kShort = 3;
  const std::string_view text = text_of(tiff);
  if (!text.starts_with("II") && !text.starts_with("MM")) return Orientation::kUpright;
  const TiffReader reader(tiff, text.starts_with("MM"));
  if (reader.u16(2) != 42) return Orientation::kUpright;
  const size_t directory = reader.u32(4);
  const uint32_t entries = reader.u16(directory);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * 12;
    if (reader.u16(entry) != kOrientationTag || reader.u16(entry + 2) != kShort) continue;
    const uint32_t value = reader.u16(entry + 8);
    if (value >= 1 && value <= 8) return static_cast<Orientation>(value);
  }
  return Orientation::kUpright;
}

Orientation orientation_of_jpeg(std::span<const std::byte> jpeg) {
  constexpr uint8_t kApp1 = 0xE1, kStartOfScan = 0xDA;
  constexpr std::string_view kExif("Exif\0\0", 6);
  const auto at = [&](size_t i) { return static_cast<uint8_t>(jpeg[i]); };
  size_t offset = 2;
  while (offset + 4 <= jpeg.size() && at(offset) == 0xFF && at(offset + 1) != kStartOfScan) {
    if (at(offset + 1) == 0xFF) {  // a fill byte
      ++offset;
      continue;
    }
    const size_t length = static_cast<size_t>(at(offset + 2)) << 8 | at(offset + 3);
    if (length < 2 || jpeg.size() - offset - 2 < length) break;
    const auto segment = jpeg.subspan(offset + 4, length - 2);
    if (at(offset + 1) == kApp1 && text_of(segment).starts_with(kExif))
      return orientation_of_tiff(segment.subspan(kExif.size()));
    offset += 2 + length;
  }
  return Orientation::kUpright;
}

namespace {

// Where the upright pixel (x, y) is stored in a picture of w x h.
std::pair<uint32_t, uint32_t> source_of(Orientation orientation, uint32_t x, uint32_t y, uint32_t w,
                                        uint32_t h) {
  switch (orientation) {
    case Orientation::kUpright:
      break;
    case Orientation::kMirrorHorizontally:
      return {w - 1 - x, y};
    case Orientation::kRotateHalf:
      return {w - 1 - x, h - 1 - y};
    case Orientation::kMirrorVertically:
      return {x, h - 1 - y};
    case Orientation::kTranspose:
      return {y, x};
    case Orientation::kRotateRight:
      return {y, h - 1 - x};
    case Orientation::kTransverse:
      return {w - 1 - y, h - 1 - x};
    case Orientation::kRotateLeft:
      return {w - 1 - y, x};
  }
  return {x, y};
}

}  // namespace

views::Image upright(const views::Image& stored, Orientation orientation) {
  if (orientation == Orientation::kUpright) return stored;
  const bool turned = static_cast<int>(orientation) >= static_cast<int>(Orientation::kTranspose);
  const uint32_t width = turned ? stored.height : stored.width;
  const uint32_t height = turned ? stored.width : stored.height;
  views::Image result = views::Image::filled(width, height, {});
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const auto [sx, sy] = source_of(orientation, x, y, stored.width, stored.height);
      result.at(x, y) = stored.at(sx, sy);
    }
  }
  return result;
}

}  // namespace geoneuron::cli
