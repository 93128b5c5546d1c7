// SPDX-License-Identifier: MIT
// Runs a loop's parts on the machine's cores. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>

namespace geoneuron::views {

// Calls body(begin, end, part) for consecutive ranges that together are [0, count): one per core,
// but none smaller than `grain`. `part` counts from 0 and is below part_count(count, grain).
// Returns when all are done. Where no thread can be had the calling one does the work.
void parallel_for(uint64_t count, uint64_t grain,
                  const std::function<void(uint64_t begin, uint64_t end, uint32_t part)>& body);

// How many parts parallel_for makes; at least 1.
uint32_t part_count(uint64_t count, uint64_t grain);

}  // namespace geoneuron::views
