// SPDX-License-Identifier: MIT
// The windows that timelines are judged by, and the best that is known of them. Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "simulator/tardiness_file.hpp"

namespace geoneuron::simulator {

inline constexpr uint32_t kJudgedSizes[] = {8, 16, 32, 64};
inline constexpr uint32_t kJudgedPerSize = 60;

// The `index`-th window of so many jobs, one of kJudgedSizes.
TardinessInstance judged_instance(uint32_t jobs, uint32_t index);

// The weighted tardiness of the best plans known of them, in the order of `index`; what
// `geoneuron-sim instance --best-us N` finds in long runs.
std::span<const uint64_t> best_known(uint32_t jobs);

}  // namespace geoneuron::simulator
