// SPDX-License-Identifier: MIT
// Where geoneurond is, and where it listens: for the library, which starts private ones, and for
// the tool. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::client {

// The sockets at which a daemon may listen, in the order in which they are tried: `wanted` alone
// where it is not empty; else $GEONEURON_SOCKET alone where it is set; else
// $XDG_RUNTIME_DIR/geoneuron/socket and /run/geoneuron/socket.
std::vector<std::string> socket_paths(const std::string& wanted);

// The program of a daemon: `wanted` where it is not empty; else $GEONEURON_DAEMON; else geoneurond
// beside this process's program, in the sbin/ that goes with it or with libgeoneuron, or in $PATH.
// ENOENT: there is none, and the sentence says where it was looked for.
Result<std::string> find_daemon(const std::string& wanted);

}  // namespace geoneuron::client
