// SPDX-License-Identifier: MIT
// The known names that a misspelt one probably meant, for error sentences. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace geoneuron {

// Up to `maximum` of `names`, nearest first by edit distance (insert, delete, replace, swap of
// neighbours; a name that contains `wanted` counts as one edit). Far-off names are left out.
std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names,
                                       size_t maximum = 3);

// "; did you mean a, b or c?", or "" where no name is near.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> names);

}  // namespace geoneuron
