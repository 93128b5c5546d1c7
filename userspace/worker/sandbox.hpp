// SPDX-License-Identifier: MIT
// Sandbox: what a worker gives up before it touches anything of a client. Each step is for good,
// and holds for all threads of the process.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace geoneuron::worker {

// This process is killed when its parent ends. What the parent did before that is missed: it has
// also to be asked by other means whether it lives.
Result<void> die_with_parent();

// No core dumps, a bound on open files, and one on memory above what `budget_bytes` lets be used.
Result<void> limit_resources(uint64_t budget_bytes);

struct Sandbox {
  bool allow_ioctl = false;  // those of GPUs, for the driver of hardware
};

// No new privileges, and of the system calls only those that computing needs: memory, threads,
// clocks, waiting, and reading and writing what is open already. Everything else, opening files and
// all of the network among it, fails with EPERM. Errors: what the kernel refuses.
Result<void> lock_in(const Sandbox& sandbox);

}  // namespace geoneuron::worker
