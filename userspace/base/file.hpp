// SPDX-License-Identifier: MIT
// Reading and writing whole files, so that no reader ever sees half of one. Thread-safe.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron {

// The bytes of the regular file at `path`. Errors: those of MappedRegion::copy_file.
Result<std::vector<std::byte>> read_file(const std::string& path, size_t maximum_bytes);

// Writes `bytes` as a FileDraft does: `path` is then either what it was or complete, but for
// devices and pipes. Errors name `path`.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);
Result<void> write_file(const std::string& path, std::string_view text);
// The same with `parts` one after the other, so that nobody copies them together first.
Result<void> write_file(const std::string& path,
                        std::initializer_list<std::span<const std::byte>> parts);

}  // namespace geoneuron
