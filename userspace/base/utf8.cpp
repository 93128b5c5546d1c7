// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace geoneuron {
namespace {

// Bytes of the character that begins with `first`; 0 where none does.
size_t length_from(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // a continuation, or an overlong form
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// Bounds of the second byte, which rule out overlong forms, surrogates and what is too large.
bool may_follow(uint8_t first, uint8_t second) {
  const uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= least && second <= most;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    const size_t length = length_from(byte(i));
    if (length == 0 || length > text.size() - i) return false;
    if (length > 1 && !may_follow(byte(i), byte(i + 1))) return false;
    for (size_t k = 2; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    i += length;
  }
  return true;
}

}  // namespace geoneuron
