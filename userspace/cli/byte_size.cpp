// SPDX-License-Identifier: MIT
#include "cli/byte_size.hpp"

#include <charconv>
#include <cstdio>

namespace geoneuron::cli {
namespace {

// The power of two that a unit stands for, or -1.
int shift_of(std::string_view unit) {
  constexpr std::string_view kPrefixes = "kKmMgGtT";
  if (unit.empty() || unit == "B") return 0;
  const size_t prefix = kPrefixes.find(unit[0]);
  const std::string_view rest = unit.substr(1);
  if (prefix == std::string_view::npos || (!rest.empty() && rest != "iB" && rest != "B")) return -1;
  return static_cast<int>(prefix / 2 + 1) * 10;
}

std::string formatted(double value, const char* unit, int decimals) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f %s", decimals, value, unit);
  return text;
}

}  // namespace

Result<uint64_t> parse_byte_size(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  const int shift = shift_of(unit);
  if (error != std::errc() || shift < 0 || number == 0 || number > (UINT64_MAX >> 1 >> shift))
    return invalid("'%s': must be a number of bytes such as 256M or 1G", std::string(text).c_str());
  return number << shift;
}

std::string format_bytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  auto value = static_cast<double>(bytes);
  for (; value >= 1024.0 && unit + 1 < std::size(kUnits); ++unit) value /= 1024.0;
  return formatted(value, kUnits[unit], unit == 0 ? 0 : 1);
}

std::string format_duration(uint64_t duration_ns) {
  const auto ns = static_cast<double>(duration_ns);
  if (duration_ns < 1'000) return formatted(ns, "ns", 0);
  if (duration_ns < 1'000'000) return formatted(ns / 1e3, "us", 1);
  if (duration_ns < 1'000'000'000) return formatted(ns / 1e6, "ms", 1);
  return formatted(ns / 1e9, "s", 2);
}

}  // namespace geoneuron::cli
