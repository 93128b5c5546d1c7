// SPDX-License-Identifier: MIT
// RawClient: says to a daemon, word for word, what a test wants it to say. Waits at most a minute
// for an answer.
#pragma once

#include <geoneuron/commands.h>
#include <geoneuron/socket.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "fakes/fake_worker.hpp"

namespace geoneuron::daemon {

struct ReceivedMessage {
  uint16_t kind = 0;  // 0: the connection has ended
  uint16_t count = 0;
  std::vector<std::byte> entries;
  UniqueFd fd;

  template <typename Entry>
  Entry entry(size_t index = 0) const {
    Entry copy = {};
    if ((index + 1) * sizeof copy <= entries.size())
      std::memcpy(&copy, entries.data() + index * sizeof copy, sizeof copy);
    return copy;
  }
};

class RawClient {
 public:
  // Connects; says nothing yet.
  explicit RawClient(const std::string& path);
  explicit RawClient(UniqueFd socket) : socket_(std::move(socket)) {}

  bool connected() const { return static_cast<bool>(socket_); }
  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }

  // HELLO, and reads WELCOME, which must come.
  geoneuron_welcome hello(uint32_t completion_entries = 64);
  const UniqueFd& fence() const { return fence_; }

  // False: it cannot be sent (the daemon has ended the connection, or does not read).
  bool send(const void* bytes, size_t size, const std::vector<int>& fds = {});
  template <typename Entry>
  bool send_entries(uint16_t kind, const std::vector<Entry>& entries,
                    const std::vector<int>& fds = {}) {
    std::vector<std::byte> bytes(sizeof(geoneuron_message) + entries.size() * sizeof(Entry));
    const geoneuron_message header = {kind, static_cast<uint16_t>(entries.size()), 0};
    std::memcpy(bytes.data(), &header, sizeof header);
    if (!entries.empty())
      std::memcpy(bytes.data() + sizeof header, entries.data(), entries.size() * sizeof(Entry));
    return send(bytes.data(), bytes.size(), fds);
  }
  bool submit(const std::vector<geoneuron_command>& commands) {
    return send_entries(GEONEURON_MESSAGE_SUBMIT, commands);
  }
  bool announce(uint32_t handle, int fd, uint64_t size, uint32_t flags = 0) {
    return send_entries<geoneuron_socket_buffer>(GEONEURON_MESSAGE_BUFFER, {{handle, flags, size}},
                                                 {fd});
  }

  // The next message; kind 0 where the connection has ended or nothing came.
  ReceivedMessage receive();
  // The next completions, in the order in which they come; fewer where the connection ends.
  std::vector<geoneuron_completion> completions(size_t count);
  // One command and its completion.
  geoneuron_completion call(const geoneuron_command& command);
  // The refusal with which the daemon must have ended the connection now.
  geoneuron_refusal refusal();

 private:
  UniqueFd socket_, fence_;
};

geoneuron_command nop(uint64_t user_data = 0);
// A RELEASE that has the fake worker do that.
geoneuron_command act(fakes::FakeAct what, uint64_t user_data = 0);
geoneuron_command linked(geoneuron_command command);
// A QUERY whose answer goes into `report`.
geoneuron_command query(const std::string& text, geoneuron_buffer_use report);

// A memfd of that size, with these seals.
inline constexpr int kAllSeals = 0x1 | 0x2 | 0x4;  // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW
UniqueFd sealed_memory(uint64_t size, int seals = kAllSeals);
std::string text_of(int fd, size_t bytes);

}  // namespace geoneuron::daemon
