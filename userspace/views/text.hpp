// SPDX-License-Identifier: MIT
// Font: text in DejaVu Sans by FreeType, without hinting, so that glyphs depend on nothing but the
// font. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"

namespace geoneuron::views {

enum class FontWeight : uint8_t { kRegular, kBold };

class Font {
 public:
  // The project's font, loaded once per process. ENOENT where the file is missing, with the
  // package that holds it.
  static Result<const Font*> get(FontWeight weight = FontWeight::kRegular);
  // A font from a file. ENOENT, or EINVAL where FreeType cannot read it.
  static Result<std::unique_ptr<const Font>> open(const std::string& path);
  ~Font();
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;

  // The width of UTF-8 `text` in pixels, rounded up. `size` is the em in pixels.
  uint32_t width(std::string_view text, uint32_t size) const;
  // Height of a capital letter, and the distance of baselines that reads well, in pixels.
  static uint32_t capital_height(uint32_t size) { return (size * 73 + 50) / 100; }
  static uint32_t line_height(uint32_t size) { return (size * 3 + 1) / 2; }

  // Draws `text` with its left end at x on `baseline`, clipped; returns where it ends.
  int32_t draw(Image& image, int32_t x, int32_t baseline, std::string_view text, uint32_t size,
               Rgba8 colour) const;
  // The same, with the text's right end or its middle at x.
  void draw_right(Image& image, int32_t x, int32_t baseline, std::string_view text, uint32_t size,
                  Rgba8 colour) const;
  void draw_centred(Image& image, int32_t x, int32_t baseline, std::string_view text, uint32_t size,
                    Rgba8 colour) const;
  // `text` in lines of at most `width` pixels, broken at spaces, or inside a longer word; none for
  // "".
  std::vector<std::string> wrapped(std::string_view text, uint32_t size, uint32_t width) const;
  // `text`, cut with an ellipsis to at most `width` pixels.
  std::string fitted(std::string_view text, uint32_t size, uint32_t width) const;

 private:
  struct State;
  explicit Font(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace geoneuron::views
