// SPDX-License-Identifier: MIT
// Lists of axes as operators name them: negative ones count from the end, none may appear twice.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::perception {

// Each axis mapped from [-rank, rank) to [0, rank), in the order given. EINVAL where one lies
// outside or appears twice.
Result<std::vector<size_t>> normalized_axes(const std::vector<int64_t>& axes, size_t rank);

}  // namespace geoneuron::perception
