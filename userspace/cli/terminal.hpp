// SPDX-License-Identifier: MIT
// What the tool prints: results on standard output, notes on standard error. Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::cli {

// Writes all of it to standard output. EIO, ENOSPC, ... where that fails.
Result<void> print(std::string_view text);
Result<void> print(std::span<const std::byte> bytes);
// One line on standard error, for people; control characters in it are shown as '?'.
void note(const std::string& line);

// Rows of cells as text: columns as wide as their widest cell, two spaces apart. `indent` spaces
// before each row. Control characters in cells are shown as '?'.
std::string table(std::vector<std::vector<std::string>> rows, size_t indent = 0);

}  // namespace geoneuron::cli
