// SPDX-License-Identifier: MIT
// Messages over a socket of type SOCK_SEQPACKET, each with at most one fd. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::ring {

// Sends one message, with a duplicate of `fd` unless it is -1, and never waits. Errors: EAGAIN
// where the peer has to read first, EPIPE where it is gone (no signal), and what sendmsg says.
Result<void> send_bytes(int socket, std::span<const std::byte> message, int fd = -1);

struct ReceivedBytes {
  size_t size_bytes = 0;  // 0: the peer is gone
  UniqueFd fd;            // close-on-exec; none where the message came without
};

// Receives one message into `message`; waits for it unless the socket is O_NONBLOCK. Errors: EAGAIN
// where there is none, EPROTO where it is longer than `message` or carries more than one fd (which
// are closed), and what recvmsg says.
Result<ReceivedBytes> receive_bytes(int socket, std::span<std::byte> message);

template <typename Message>
Result<void> send_message(int socket, const Message& message, int fd = -1) {
  static_assert(std::is_trivially_copyable_v<Message>);
  return send_bytes(socket, std::as_bytes(std::span(&message, 1)), fd);
}

// Receives one of exactly the size of `message`; false: the peer is gone. EPROTO: another size.
// Other errors: receive_bytes'.
template <typename Message>
Result<bool> receive_message(int socket, Message& message, UniqueFd& fd) {
  static_assert(std::is_trivially_copyable_v<Message>);
  ReceivedBytes received =
      GN_TRY(receive_bytes(socket, std::as_writable_bytes(std::span(&message, 1))));
  if (received.size_bytes == 0) return false;
  if (received.size_bytes != sizeof message)
    return make_error(EPROTO, "message: has %zu bytes; must have %zu", received.size_bytes,
                      sizeof message);
  fd = std::move(received.fd);
  return true;
}

}  // namespace geoneuron::ring
