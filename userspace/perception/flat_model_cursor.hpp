// SPDX-License-Identifier: MIT
// FlatCursor: takes numbers and texts from the bytes of a flat model, none of them from behind its
// end. For the reader's source alone. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/utf8.hpp"
#include "perception/limits.hpp"

namespace geoneuron::perception {

class FlatCursor {
 public:
  FlatCursor(std::span<const std::byte> bytes, size_t place) : bytes_(bytes), place_(place) {}

  size_t place() const { return place_; }
  bool at_end() const { return place_ == bytes_.size(); }

  template <typename Number>
  Result<Number> number(const char* what) {
    Number value{};
    const auto from = GN_TRY(take(sizeof value, what));
    std::memcpy(&value, from.data(), sizeof value);
    return value;
  }

  // A number of entries that take at least `least_bytes` each: more than the bytes hold there are
  // not, so that memory may be reserved for them.
  Result<uint32_t> count(const char* what, size_t least_bytes) {
    const auto value = GN_TRY(number<uint32_t>(what));
    if (value <= (bytes_.size() - place_) / least_bytes) return value;
    return invalid("%s: %u entries: more than the bytes that follow hold", what, value);
  }

  Result<std::string> text(const char* what) {
    const auto length = GN_TRY(count(what, 1));
    if (length > kMaximumNameBytes)
      return invalid("%s: has %u bytes; at most %zu are allowed", what, length, kMaximumNameBytes);
    const auto from = GN_TRY(take(length, what));
    const std::string_view view(reinterpret_cast<const char*>(from.data()), from.size());
    if (!is_utf8(view)) return invalid("%s: is no UTF-8", what);
    return std::string(view);
  }

  // A number below `end`.
  Result<uint8_t> choice(const char* what, uint8_t end) {
    const auto value = GN_TRY(number<uint8_t>(what));
    if (value < end) return value;
    return invalid("%s: is %u; must be below %u", what, value, end);
  }

  template <typename Number>
  Result<std::vector<Number>> numbers(const char* what, size_t most) {
    const auto length = GN_TRY(count(what, sizeof(Number)));
    if (length > most)
      return invalid("%s: has %u entries; at most %zu are allowed", what, length, most);
    const auto from = GN_TRY(take(length * sizeof(Number), what));
    std::vector<Number> values(length);
    if (length > 0) std::memcpy(values.data(), from.data(), from.size());
    return values;
  }

 private:
  Result<std::span<const std::byte>> take(size_t length, const char* what) {
    if (length > bytes_.size() - place_)
      return invalid("%s: is cut off at byte %zu", what, bytes_.size());
    const auto taken = bytes_.subspan(place_, length);
    place_ += length;
    return taken;
  }

  std::span<const std::byte> bytes_;
  size_t place_;  // at most bytes_.size()
};

}  // namespace geoneuron::perception
