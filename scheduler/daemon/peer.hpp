// SPDX-License-Identifier: MIT
// Peer: who is at the other end of a Unix socket, as the kernel noted when it was connected.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
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
  // Whose members may use REALTIME, beside root; none: nobody.
  std::optional<gid_t> realtime_group;
  // Whose members may use INTERACTIVE, beside root; none: everybody may.
  std::optional<gid_t> interactive_group;
};

// The highest GEONEURON_CLASS_* that the peer may use. Pure.
uint32_t highest_class(const Peer& peer, const ClassRules& rules);

}  // namespace geoneuron::daemon
