// SPDX-License-Identifier: MIT
// How much work makes it worthwhile to wake threads. Thread-safe.
#pragma once

#include <cstdint>

namespace geoneuron::engine::cpu {

// How many of `available` threads (at least 1) a step gets that does so many operations, counted as
// perception::operation_count does, and reads and writes so many bytes. Where no core is idle,
// threads that wait for each other in oneDNN lose milliseconds, so that small steps get one.
int worthwhile_threads(uint64_t operations, uint64_t bytes, int available);

}  // namespace geoneuron::engine::cpu
