// SPDX-License-Identifier: MIT
// The socket that clients find. Thread-safe.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

// A socket of type SOCK_SEQPACKET that listens at `path`, where anybody who reaches it may connect.
// One that nobody listens at any more is replaced. EADDRINUSE: somebody does, or it is no socket.
Result<UniqueFd> listen_at(const std::string& path);

}  // namespace geoneuron::daemon
