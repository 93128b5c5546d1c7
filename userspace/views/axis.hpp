// SPDX-License-Identifier: MIT
// Ticks of an axis at round numbers. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace geoneuron::views {

// At most about `wanted` multiples of 1, 2 or 5 times a power of ten in [low, high]; low < high,
// both finite.
std::vector<double> round_ticks(double low, double high, uint32_t wanted);
// "0", "1500", "20k", "1.5M".
std::string count_text(uint64_t count);

}  // namespace geoneuron::views
