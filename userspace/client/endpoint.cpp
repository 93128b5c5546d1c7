// SPDX-License-Identifier: MIT
#include "client/endpoint.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace geoneuron::client {
namespace {

const char* remedy(int code) {
  switch (code) {
    case ENOENT:
    case ECONNREFUSED:
      return ": no geoneurond serves there; start one";
    case EACCES:
      return ": not for this user; whoever may use it is in the socket's group";
    case EPROTOTYPE:
      return ": no socket of geoneurond, which has type SOCK_SEQPACKET";
    default:
      return "";
  }
}

}  // namespace

Result<UniqueFd> SocketPath::open() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name().empty() || name().size() >= sizeof(address.sun_path))
    return make_error(name().empty() ? EINVAL : ENAMETOOLONG,
                      "%s: a socket's path must have 1 to %zu bytes", name().c_str(),
                      sizeof(address.sun_path) - 1);
  std::memcpy(address.sun_path, name().data(), name().size());
  UniqueFd socket_fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_fd) return make_error(errno, "socket: %s", std::strerror(errno));
  if (connect(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int code = errno;
    return make_error(code, "%s: %s%s", name().c_str(), std::strerror(code), remedy(code));
  }
  return socket_fd;
}

}  // namespace geoneuron::client
