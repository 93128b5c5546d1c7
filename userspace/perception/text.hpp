// SPDX-License-Identifier: MIT
// Lists as error sentences show them. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace geoneuron::perception {

// "[1,2,3]"; long lists end in ",...]" after 16 entries.
std::string to_text(const std::vector<int64_t>& values);

}  // namespace geoneuron::perception
