// SPDX-License-Identifier: MIT
// Byte counts as people write and read them. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace geoneuron::cli {

// "268435456", "256M", "1G", "64k", "256MiB": powers of 1024, whole numbers above 0. EINVAL for
// anything else.
Result<uint64_t> parse_byte_size(std::string_view text);

// "0 B", "1.5 KiB", "256.0 MiB"
std::string format_bytes(uint64_t bytes);
// "950 ns", "1.2 us", "35.0 ms", "2.50 s"
std::string format_duration(uint64_t duration_ns);

}  // namespace geoneuron::cli
