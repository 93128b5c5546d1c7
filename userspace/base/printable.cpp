// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

#include <cstdio>

namespace geoneuron {
namespace {

unsigned char byte_at(std::string_view text, size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

// U+0080 to U+009F are two bytes in UTF-8, of which this is the first.
bool begins_two_byte_control(std::string_view text, size_t i) {
  const unsigned char next = byte_at(text, i + 1);
  return byte_at(text, i) == 0xC2 && next >= 0x80 && next < 0xA0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = byte_at(text, i);
    const bool is_two_byte_control = begins_two_byte_control(text, i);
    const bool is_control = byte < 0x20 || byte == 0x7F || is_two_byte_control;
    result += is_control ? '?' : text[i];
    if (is_two_byte_control) ++i;
  }
  return result;
}

// Outside strings JSON has none of these bytes, so that nothing else is changed.
std::string escaped_controls(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const bool is_two_byte_control = begins_two_byte_control(json, i);
    if (!is_two_byte_control && byte_at(json, i) != 0x7F) {
      result += json[i];
      continue;
    }
    if (is_two_byte_control) ++i;
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(byte_at(json, i)));
    result += escape;
  }
  return result;
}

}  // namespace geoneuron
