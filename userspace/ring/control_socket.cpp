// SPDX-License-Identifier: MIT
#include "ring/control_socket.hpp"

#include <sys/socket.h>

#include <cstring>
#include <vector>

#include "base/passed_fds.hpp"

namespace geoneuron::ring {
namespace {

// Room for more fds than a message may carry, so that a few too many can be told and closed; the
// kernel itself closes what finds no room, and sets MSG_CTRUNC.
constexpr size_t kFdRoom = 4;

}  // namespace

Result<void> send_bytes(int socket, std::span<const std::byte> message, int fd) {
  iovec part{const_cast<std::byte*>(message.data()), message.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (fd >= 0) attach_fd(header, control, fd);
  ssize_t sent = 0;
  do sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return make_error(errno, "message: cannot be sent: %s", std::strerror(errno));
  return {};
}

Result<ReceivedBytes> receive_bytes(int socket, std::span<std::byte> message) {
  iovec part{message.data(), message.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kFdRoom * sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t size = 0;
  do size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0) return make_error(errno, "message: cannot be received: %s", std::strerror(errno));
  std::vector<UniqueFd> fds = take_fds(header);
  if (fds.size() > 1 || (header.msg_flags & MSG_CTRUNC) != 0)
    return make_error(EPROTO, "message: carries more than one fd, or one that found no room");
  if ((header.msg_flags & MSG_TRUNC) != 0)
    return make_error(EPROTO, "message: is longer than %zu bytes", message.size());
  ReceivedBytes received{.size_bytes = static_cast<size_t>(size), .fd = {}};
  if (!fds.empty()) received.fd = std::move(fds.front());
  return received;
}

}  // namespace geoneuron::ring
