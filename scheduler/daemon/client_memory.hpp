// SPDX-License-Identifier: MIT
// What a client's memory file must be before anybody maps it: whoever could make it shorter would
// end a worker by SIGBUS, and whoever could make it longer would pass his quota. Thread-safe.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

// Errors, each with the rule that is broken: EINVAL; EACCES: not read_only, but the fd or a seal
// forbids to write.
Result<void> check_client_memory(int fd, uint64_t size_bytes, bool read_only);

// The same file, as an fd that cannot be written through.
Result<UniqueFd> reopen_read_only(int fd);

}  // namespace geoneuron::daemon
