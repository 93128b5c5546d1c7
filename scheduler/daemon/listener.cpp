// SPDX-License-Identifier: MIT
#include "daemon/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace geoneuron::daemon {
namespace {

Error failure(const std::string& path, const char* what) {
  return make_error(errno, "%s: %s: %s", path.c_str(), what, std::strerror(errno));
}

// Whether somebody listens there.
bool answers(const sockaddr_un& address) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

// Takes away a socket that nobody listens at, and nothing else.
void remove_stale(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
}

}  // namespace

Result<UniqueFd> listen_at(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return make_error(ENAMETOOLONG, "%s: is no path for a socket: must have 1 to %zu bytes",
                      path.c_str(), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  UniqueFd listener(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!listener) return failure(path, "no socket can be made");
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  if (bind(listener.get(), name, sizeof address) != 0) {
    if (errno != EADDRINUSE) return failure(path, "cannot be bound");
    if (answers(address))
      return make_error(EADDRINUSE, "%s: another daemon listens there; end it or take another path",
                        path.c_str());
    remove_stale(path);
    if (bind(listener.get(), name, sizeof address) != 0) return failure(path, "cannot be bound");
  }
  // Who may connect is for the folder to say; what each may do depends on who it is.
  if (chmod(path.c_str(), 0666) != 0) return failure(path, "its mode cannot be set");
  if (listen(listener.get(), SOMAXCONN) != 0) return failure(path, "cannot be listened at");
  return listener;
}

}  // namespace geoneuron::daemon
