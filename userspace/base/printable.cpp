// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

namespace geoneuron {
namespace {

unsigned char byte_at(std::string_view text, size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = byte_at(text, i);
    const unsigned char next = byte_at(text, i + 1);
    const bool is_two_byte_control = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    const bool is_control = byte < 0x20 || byte == 0x7F || is_two_byte_control;
    result += is_control ? '?' : text[i];
    if (is_two_byte_control) ++i;
  }
  return result;
}

}  // namespace geoneuron
