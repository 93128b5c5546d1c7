// SPDX-License-Identifier: MIT
// Fds that travel with a message over a Unix socket: SCM_RIGHTS, unix(7). Thread-safe.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "base/unique_fd.hpp"

namespace geoneuron {

// Makes a message carry fd. `control` has CMSG_SPACE(sizeof(int)) bytes, is aligned as cmsghdr, and
// stays there, as the fd does, until the message is sent.
void attach_fd(msghdr& header, void* control, int fd);

// All fds that a received message carried, in their order.
std::vector<UniqueFd> take_fds(msghdr& header);

}  // namespace geoneuron
