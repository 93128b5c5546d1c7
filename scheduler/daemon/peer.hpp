// SPDX-License-Identifier: MIT
// Peer: who is at the other end of a Unix socket, as the kernel noted when it was connected.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::daemon {

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // the supplementary ones
};

// Errors: what getsockopt says.
Result<Peer> peer_of(int socket);

// Who may use which class of urgency.
struct ClassRules {
  // Whose members may use REALTIME, beside root; "" for nobody.
  std::string realtime_group;
  // Whose members may use INTERACTIVE, beside root; "" for everybody.
  std::string interactive_group;
};

// The highest GEONEURON_CLASS_* that the peer may use. A group that the machine does not know has
// no members.
uint32_t highest_class(const Peer& peer, const ClassRules& rules);

}  // namespace geoneuron::daemon
