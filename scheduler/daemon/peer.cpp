// SPDX-License-Identifier: MIT
#include "daemon/peer.hpp"

#include <geoneuron/socket.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace geoneuron::daemon {
namespace {

constexpr socklen_t kMostGroupBytes = 65536 * sizeof(gid_t);  // NGROUPS_MAX

bool is_member(const Peer& peer, gid_t group) {
  return peer.gid == group || std::ranges::count(peer.groups, group) != 0;
}

}  // namespace

Result<Peer> peer_of(int socket) {
  ucred credentials = {};
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    return make_error(errno, "peer: its credentials cannot be read: %s", std::strerror(errno));
  Peer peer{.pid = credentials.pid, .uid = credentials.uid, .gid = credentials.gid, .groups = {}};
  length = 64 * sizeof(gid_t);
  peer.groups.resize(64);
  int result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &length);
  if (result != 0 && errno == ERANGE && length <= kMostGroupBytes) {  // it told how many there are
    peer.groups.resize(length / sizeof(gid_t));
    result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &length);
  }
  if (result != 0)
    return make_error(errno, "peer: its groups cannot be read: %s", std::strerror(errno));
  peer.groups.resize(length / sizeof(gid_t));
  return peer;
}

uint32_t highest_class(const Peer& peer, const ClassRules& rules) {
  if (peer.uid == 0) return GEONEURON_CLASS_REALTIME;
  if (rules.realtime_group && is_member(peer, *rules.realtime_group))
    return GEONEURON_CLASS_REALTIME;
  if (!rules.interactive_group || is_member(peer, *rules.interactive_group))
    return GEONEURON_CLASS_INTERACTIVE;
  return GEONEURON_CLASS_NORMAL;
}

}  // namespace geoneuron::daemon
