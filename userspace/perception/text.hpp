// SPDX-License-Identifier: MIT
// Lists and names as error sentences show them. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace geoneuron::perception {

// "[1,2,3]"; long lists end in ",...]" after 16 entries.
std::string to_text(const std::vector<int64_t>& values);

// The name quoted, cut where it is long, without control characters.
std::string quoted(std::string_view name);

}  // namespace geoneuron::perception
