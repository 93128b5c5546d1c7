// SPDX-License-Identifier: MIT
// Accepted: a command that a client has sent, copied and checked once, with the buffers that it
// names; and a chain of them on its way into the job table.
#pragma once

#include <geoneuron/commands.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/buffer_store.hpp"

namespace geoneuron::daemon {

class KernelSession;

struct Accepted {
  uint64_t id = 0;                        // the daemon's number
  uint64_t command_id = 0;                // what its completion calls it, unique where it came from
  const KernelSession* kernel = nullptr;  // where it came from; none: a socket
  bool replay = false;  // its client has its completion; it runs again for the rest of its chain
  geoneuron_command command = {};
  std::array<BufferRef, GEONEURON_COMMAND_BUFFERS> buffers;
  int error = 0;         // negative errno: completes with it and never runs
  std::string sentence;  // why

  void fail(int code, std::string why) {
    error = code;
    sentence = std::move(why);
  }
};

// The commands of one chain, or one command, in order. Either none has an error or all have.
using Group = std::vector<Accepted>;

}  // namespace geoneuron::daemon
