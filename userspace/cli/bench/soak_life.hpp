// SPDX-License-Identifier: MIT
// SoakLife: one client's life in a soak: it connects, makes buffers, loads a network, perceives,
// draws, and goes, sometimes in the middle of it. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace geoneuron::cli::bench {

inline constexpr uint64_t kJobsOfALife = 100;

// `number` decides how it ends: it gives all up, just goes, or goes while jobs run. Returns the
// jobs that it submitted, about kJobsOfALife.
Result<uint64_t> live_once(const std::string& socket, uint16_t device, uint64_t number);

}  // namespace geoneuron::cli::bench
