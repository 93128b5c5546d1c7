// SPDX-License-Identifier: MIT
#include "cli/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/printable.hpp"

namespace geoneuron::cli {
namespace {

// Code points rather than bytes: names may hold any UTF-8.
size_t columns_of(const std::string& text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Result<void> print(std::span<const std::byte> bytes) {
  const size_t written = std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  if (written == bytes.size() && std::fflush(stdout) == 0) return {};
  const int code = errno;
  return make_error(code, "standard output: cannot be written: %s", std::strerror(code));
}

Result<void> print(std::string_view text) {
  return print(std::as_bytes(std::span(text.data(), text.size())));
}

void note(const std::string& line) {
  std::fprintf(stderr, "%s\n", printable(line).c_str());
}

std::string table(std::vector<std::vector<std::string>> rows, size_t indent) {
  std::vector<size_t> widths;
  for (auto& row : rows) {
    for (std::string& cell : row) cell = printable(cell);
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace geoneuron::cli
