// SPDX-License-Identifier: MIT
// MessageChannel: the client's end of a connection to a daemon, message by message, each checked by
// the rules of geoneuron/socket.h before anybody reads it. Move-only; not thread-safe.
#pragma once

#include <geoneuron/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::client {

// A message of the daemon.
class Message {
 public:
  uint16_t kind() const { return header_.kind; }
  // Of the type that goes with the kind.
  template <typename Entry>
  std::span<const Entry> entries() const {
    return {reinterpret_cast<const Entry*>(bytes_.data() + sizeof(header_)), header_.count};
  }
  // The fd that a WELCOME brings; invalid with every other kind.
  UniqueFd take_fd() { return std::move(fd_); }

 private:
  friend class MessageChannel;

  geoneuron_message header_ = {};
  std::vector<std::byte> bytes_;  // header and entries; allocated, so aligned for each of them
  UniqueFd fd_;
};

class MessageChannel {
 public:
  enum class Sending { kDone, kFull, kBroken };
  enum class Arrival { kMessage, kNothing, kEnd };

  explicit MessageChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }

  // Sends one message, with `fd` where it is not -1. kFull: nothing was sent, try when writable.
  template <typename Entry>
  Sending send(uint16_t kind, const std::vector<Entry>& entries) {
    return send_bytes(kind, static_cast<uint16_t>(entries.size()),
                      std::as_bytes(std::span(entries)), -1);
  }
  template <typename Entry>
  Sending send_one(uint16_t kind, const Entry& entry, int fd = -1) {
    return send_bytes(kind, 1, std::as_bytes(std::span(&entry, 1)), fd);
  }

  // The next message that is there, into `message`. EPROTO: it breaks a rule.
  Result<Arrival> receive(Message& message);

 private:
  Sending send_bytes(uint16_t kind, uint16_t count, std::span<const std::byte> entries, int fd);

  UniqueFd socket_;
};

}  // namespace geoneuron::client
