// SPDX-License-Identifier: MIT
// Cell: what a forker and the parsers that it makes give up. Each step is for good.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace geoneuron::parser {

struct Limits {
  // Address space of a parser: this, and so many times the bytes that it is given.
  uint64_t memory_bytes = uint64_t{512} << 20;
  uint64_t memory_per_byte = 4;
  uint32_t cpu_seconds = 20;
  uint32_t seconds = 60;  // on the clock, for one that waits for what never comes
};

// The process is killed when its parent ends. EPIPE where that has ended already.
Result<void> die_with(int parent);

// For the forker: no new privileges, and of the system calls those that make, watch and kill
// processes, and pass fds over sockets that are open; all others fail with EPERM.
Result<void> lock_forker_in();

// For a parser that reads `input_bytes`: bounds on memory and CPU time, no new files, processes or
// core dumps; and of the system calls read, write, those for memory, and exit. Whatever else it
// calls ends it by SIGSYS.
Result<void> lock_parser_in(const Limits& limits, uint64_t input_bytes);

}  // namespace geoneuron::parser
