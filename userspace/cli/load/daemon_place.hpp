// SPDX-License-Identifier: MIT
// Where a daemon of this machine is, for the verbs that serve, watch and load one. Thread-safe.
#pragma once

#include <geoneuron/geoneuron.hpp>
#include <string>

#include "base/result.hpp"

namespace geoneuron::cli::load {

// The first socket that libgeoneuron tries: GEONEURON_SOCKET, else
// $XDG_RUNTIME_DIR/geoneuron/socket, else /run/geoneuron/socket.
std::string usual_socket();

struct Reached {
  client::Connection connection;
  std::string socket;  // "": by the kernel
};

// Connects to a daemon that runs already: at `socket`, or where it is empty by the kernel or a
// socket, as libgeoneuron does. It starts none: ENOENT, and the sentence says how to.
Result<Reached> reach_running(const std::string& socket);

// One more connection to the same; `completion_entries` as in geoneuron_options.
Result<client::Connection> connect_again(const std::string& socket,
                                         uint32_t completion_entries = 0);

// What failed, as libgeoneuron says it: `result` is a negative errno.
Error library_error(int result, const std::string& what);

}  // namespace geoneuron::cli::load
