// SPDX-License-Identifier: MIT
#include "client/message_channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

#include "base/passed_fds.hpp"

namespace geoneuron::client {
namespace {

// Of one message; the kernel closes those that find no room.
constexpr size_t kMaximumFds = 4;

size_t entry_bytes(uint16_t kind) {
  switch (kind) {
    case GEONEURON_MESSAGE_WELCOME:
      return sizeof(geoneuron_welcome);
    case GEONEURON_MESSAGE_COMPLETIONS:
      return sizeof(geoneuron_completion);
    case GEONEURON_MESSAGE_CANCELLED:
      return sizeof(geoneuron_cancel);
    case GEONEURON_MESSAGE_REFUSED:
      return sizeof(geoneuron_refusal);
    default:
      return 0;
  }
}

// Everything that the message's form must have.
Result<void> check(const geoneuron_message& header, size_t bytes, size_t fds, bool is_whole) {
  if (bytes < sizeof(header))
    return make_error(EPROTO, "a message of %zu bytes: its header alone has %zu", bytes,
                      sizeof(header));
  const size_t entry = entry_bytes(header.kind);
  if (entry == 0) return make_error(EPROTO, "a message of unknown kind %u", header.kind);
  const uint16_t most =
      header.kind == GEONEURON_MESSAGE_COMPLETIONS ? GEONEURON_MESSAGE_ENTRIES : 1;
  if (header.count < 1 || header.count > most)
    return make_error(EPROTO, "a message of kind %u with %u entries: must be 1 to %u", header.kind,
                      header.count, most);
  if (header.padding != 0)
    return make_error(EPROTO, "a message of kind %u whose padding is not 0", header.kind);
  if (!is_whole || bytes != sizeof(header) + header.count * entry)
    return make_error(EPROTO, "a message of kind %u with %u entries and %zu bytes: must be %zu",
                      header.kind, header.count, bytes, sizeof(header) + header.count * entry);
  const size_t fds_due = header.kind == GEONEURON_MESSAGE_WELCOME ? 1 : 0;
  if (fds != fds_due)
    return make_error(EPROTO, "a message of kind %u with %zu fds: must be %zu", header.kind, fds,
                      fds_due);
  return {};
}

}  // namespace

MessageChannel::Sending MessageChannel::send_bytes(uint16_t kind, uint16_t count,
                                                   std::span<const std::byte> entries, int fd) {
  geoneuron_message head{kind, count, 0};
  iovec parts[] = {{&head, sizeof(head)}, {const_cast<std::byte*>(entries.data()), entries.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = parts;
  header.msg_iovlen = 2;
  if (fd >= 0) attach_fd(header, control, fd);
  for (;;) {
    if (sendmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Sending::kDone;
    if (errno == EINTR) continue;
    const bool is_full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ||
                         errno == ETOOMANYREFS;  // fds on their way
    if (is_full) return Sending::kFull;
    // What has arrived can still be received, and then its end.
    shutdown(socket_.get(), SHUT_RDWR);
    return Sending::kBroken;
  }
}

Result<MessageChannel::Arrival> MessageChannel::receive(Message& message) {
  message.bytes_.resize(GEONEURON_MESSAGE_BYTES);
  message.fd_.reset();
  iovec part{message.bytes_.data(), message.bytes_.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaximumFds * sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  ssize_t bytes = 0;
  do {
    bytes = recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    // ECONNRESET: the daemon went without reading everything. What it sent before is still there.
  } while (bytes < 0 && (errno == EINTR || errno == ECONNRESET));
  if (bytes < 0 && errno == EAGAIN) return Arrival::kNothing;
  if (bytes <= 0) return Arrival::kEnd;
  std::vector<UniqueFd> fds = take_fds(header);
  std::memcpy(&message.header_, message.bytes_.data(),
              std::min(static_cast<size_t>(bytes), sizeof(message.header_)));
  const bool is_whole = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  GN_TRY(check(message.header_, static_cast<size_t>(bytes), fds.size(), is_whole));
  if (!fds.empty()) message.fd_ = std::move(fds.front());
  return Arrival::kMessage;
}

}  // namespace geoneuron::client
