// SPDX-License-Identifier: MIT
// What the system says of a process: memory, fds, how often it woke up. Thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.hpp"

namespace geoneuron::cli::bench {

struct ProcessFacts {
  uint64_t resident_bytes = 0;
  uint64_t fds = 0;
  uint64_t wakeups = 0;  // voluntary switches of all its threads
};

// ESRCH: there is none. EACCES: it is not ours to look at.
Result<ProcessFacts> facts_of(pid_t process);

}  // namespace geoneuron::cli::bench
