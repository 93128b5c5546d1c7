// SPDX-License-Identifier: MIT
#include "views/text.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "views/draw.hpp"

namespace geoneuron::views {
namespace {

// Glyphs start at quarters of a pixel: unhinted text looks uneven at whole ones.
constexpr int32_t kQuarter = 16;  // in 26.6 units

// More distinct glyphs than a picture has; the cache starts anew beyond.
constexpr size_t kMaximumGlyphs = 8192;

struct Glyph {
  int32_t left = 0, top = 0;  // of the bitmap, from the pen; y upwards
  uint32_t width = 0, height = 0;
  int32_t advance = 0;  // 26.6
  std::vector<uint8_t> coverage;
};

// Takes the first code point off `text`; malformed bytes count as U+FFFD.
uint32_t next_code_point(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  uint32_t code = length <= 1 ? lead : lead & (0x7fu >> length);
  bool valid = length > 0 && length <= text.size() && lead < 0xf5;
  for (size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xc0) == 0x80;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  text.remove_prefix(valid ? length : 1);
  return valid ? code : 0xfffd;
}

}  // namespace

struct Font::State {
  using GlyphKey = std::tuple<uint32_t, uint32_t, int32_t>;  // code point, size, quarter

  ~State() {
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }

  // The mutex must be held. A code point without glyph gives the font's box.
  const Glyph& glyph(uint32_t code_point, uint32_t size, int32_t quarter) {
    const GlyphKey key{code_point, size, quarter};
    if (const auto found = glyphs.find(key); found != glyphs.end()) return found->second;
    if (glyphs.size() >= kMaximumGlyphs) glyphs.clear();
    return glyphs[key] = rendered(code_point, size, quarter);
  }

  Glyph rendered(uint32_t code_point, uint32_t size, int32_t quarter) {
    Glyph result;
    FT_Set_Pixel_Sizes(face, 0, size);
    if (FT_Load_Char(face, code_point, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) return result;
    FT_GlyphSlot slot = face->glyph;
    // linearHoriAdvance is 16.16 and, unlike `advance`, never rounded to whole pixels.
    result.advance = static_cast<int32_t>((slot->linearHoriAdvance + (1 << 9)) >> 10);
    if (slot->format == FT_GLYPH_FORMAT_OUTLINE)
      FT_Outline_Translate(&slot->outline, FT_Pos{quarter} * kQuarter, 0);
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return result;
    const FT_Bitmap& bitmap = slot->bitmap;
    result.left = slot->bitmap_left;
    result.top = slot->bitmap_top;
    result.width = bitmap.width;
    result.height = bitmap.rows;
    for (uint32_t y = 0; y < bitmap.rows; ++y) {
      const uint8_t* row = bitmap.buffer + static_cast<ptrdiff_t>(y) * bitmap.pitch;
      result.coverage.insert(result.coverage.end(), row, row + bitmap.width);
    }
    return result;
  }

  std::mutex mutex;  // guards everything below
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  std::map<GlyphKey, Glyph> glyphs;
};

namespace {

void draw_glyph(Image& image, const Glyph& glyph, int32_t x, int32_t baseline, Rgba8 colour) {
  for (uint32_t row = 0; row < glyph.height; ++row) {
    const int32_t y = baseline - glyph.top + static_cast<int32_t>(row);
    if (y < 0 || y >= static_cast<int32_t>(image.height)) continue;
    for (uint32_t column = 0; column < glyph.width; ++column) {
      const int32_t u = x + glyph.left + static_cast<int32_t>(column);
      if (u < 0 || u >= static_cast<int32_t>(image.width)) continue;
      Rgba8& pixel = image.at(static_cast<uint32_t>(u), static_cast<uint32_t>(y));
      pixel = blend(colour, pixel, glyph.coverage[size_t{row} * glyph.width + column]);
    }
  }
}

std::string font_path(FontWeight weight) {
  return std::string(GEONEURON_FONT_FOLDER) +
         (weight == FontWeight::kBold ? "/DejaVuSans-Bold.ttf" : "/DejaVuSans.ttf");
}

}  // namespace

Font::Font(std::unique_ptr<State> state) : state_(std::move(state)) {}
Font::~Font() = default;

Result<const Font*> Font::get(FontWeight weight) {
  static const auto kRegular = open(font_path(FontWeight::kRegular));
  static const auto kBold = open(font_path(FontWeight::kBold));
  const auto& font = weight == FontWeight::kBold ? kBold : kRegular;
  if (!font) return font.error();
  return font.value().get();
}

Result<std::unique_ptr<const Font>> Font::open(const std::string& path) {
  auto state = std::make_unique<State>();
  if (FT_Init_FreeType(&state->library) != 0)
    return make_error(ENOMEM, "font %s: FreeType cannot start", path.c_str());
  const FT_Error error = FT_New_Face(state->library, path.c_str(), 0, &state->face);
  if (error == FT_Err_Cannot_Open_Resource)
    return make_error(ENOENT, "font %s: cannot be read; install fonts-dejavu-core", path.c_str());
  if (error != 0)
    return invalid("font %s: is no font that FreeType can read; reinstall fonts-dejavu-core",
                   path.c_str());
  return std::unique_ptr<const Font>(new Font(std::move(state)));
}

uint32_t Font::width(std::string_view text, uint32_t size) const {
  const std::lock_guard lock(state_->mutex);
  int32_t pen = 0;
  while (!text.empty()) pen += state_->glyph(next_code_point(text), size, 0).advance;
  return static_cast<uint32_t>((pen + 63) / 64);
}

int32_t Font::draw(Image& image, int32_t x, int32_t baseline, std::string_view text, uint32_t size,
                   Rgba8 colour) const {
  const std::lock_guard lock(state_->mutex);
  int32_t pen = x * 64;
  while (!text.empty()) {
    const int32_t quarters = (pen + kQuarter / 2) >> 4;
    const Glyph& glyph = state_->glyph(next_code_point(text), size, quarters & 3);
    draw_glyph(image, glyph, quarters >> 2, baseline, colour);
    pen += glyph.advance;
  }
  return (pen + 63) >> 6;
}

void Font::draw_right(Image& image, int32_t x, int32_t baseline, std::string_view text,
                      uint32_t size, Rgba8 colour) const {
  draw(image, x - static_cast<int32_t>(width(text, size)), baseline, text, size, colour);
}

void Font::draw_centred(Image& image, int32_t x, int32_t baseline, std::string_view text,
                        uint32_t size, Rgba8 colour) const {
  draw(image, x - static_cast<int32_t>(width(text, size)) / 2, baseline, text, size, colour);
}

std::vector<std::string> Font::wrapped(std::string_view text, uint32_t size,
                                       uint32_t maximum) const {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    // The next piece: a word with the spaces before it.
    const size_t start = std::min(text.find_first_not_of(' '), text.size());
    const size_t end = std::min(text.find(' ', start), text.size());
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(end);
    if (width(line + std::string(piece), size) <= maximum) {
      line += piece;
      continue;
    }
    if (!line.empty()) lines.push_back(std::move(line));
    line.clear();
    piece.remove_prefix(std::min(start, piece.size()));
    while (!piece.empty()) {
      std::string_view rest = piece;
      next_code_point(rest);
      const std::string_view letter = piece.substr(0, piece.size() - rest.size());
      if (!line.empty() && width(line + std::string(letter), size) > maximum) {
        lines.push_back(std::move(line));
        line.clear();
      }
      line += letter;
      piece = rest;
    }
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string Font::fitted(std::string_view text, uint32_t size, uint32_t maximum) const {
  if (width(text, size) <= maximum) return std::string(text);
  constexpr std::string_view kEllipsis = "\u2026";
  std::string result(text);
  while (!result.empty()) {
    // Take off one whole code point: continuation bytes, then the lead byte.
    while (result.size() > 1 && (static_cast<uint8_t>(result.back()) & 0xc0) == 0x80)
      result.pop_back();
    result.pop_back();
    if (width(result + std::string(kEllipsis), size) <= maximum)
      return result + std::string(kEllipsis);
  }
  return result;
}

}  // namespace geoneuron::views
