// SPDX-License-Identifier: MIT
// The memory that a command's slots mean, as the daemon itself reads and writes it, and as it is
// handed to a worker. Thread-safe where the command is not shared.
#pragma once

#include <string>
#include <string_view>

#include "daemon/accepted.hpp"
#include "ring/protocol.hpp"

namespace geoneuron::daemon {

struct OpenedBuffer {
  UniqueFd fd;
  uint64_t size_bytes = 0;
  ring::BufferKind kind = ring::BufferKind::kMemfd;
};

// The buffer in that slot, which the command uses, as an fd that can be written only if `writable`
// (which is that the slot has WRITE). Errors: it cannot be had so.
Result<OpenedBuffer> open_slot(const Accepted& accepted, size_t slot, bool writable);

// A copy of what the slot means, of at most `most_bytes` (else E2BIG).
Result<std::string> read_slot(const Accepted& accepted, size_t slot, size_t most_bytes);

// Writes to where the slot begins, at most as much as it has; whatever the client does to its
// memory meanwhile, this only fails.
Result<void> write_slot(const Accepted& accepted, size_t slot, std::string_view bytes);

// The same buffer's bytes in memory of the daemon's own: for a command that runs again after its
// client has its completion, and so must write nowhere. READ slots are as the client has them.
Result<UniqueFd> copy_of_slot(const Accepted& accepted, size_t slot, uint64_t& size_bytes);

}  // namespace geoneuron::daemon
