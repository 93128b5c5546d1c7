// SPDX-License-Identifier: MIT
// FakeDaemon: a daemon that a test drives step by step, or lets serve. Every step that waits gives
// up after a generous time, with a failure that says what did not come.
#pragma once

#include <geoneuron/socket.h>

#include <cstddef>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace geoneuron {

// A message of the client, whole.
struct ClientMessage {
  geoneuron_message header = {};
  std::vector<std::byte> entries;
  UniqueFd fd;

  template <typename Entry>
  Entry entry(size_t index = 0) const {
    Entry result;
    __builtin_memcpy(&result, entries.data() + index * sizeof(Entry), sizeof(Entry));
    return result;
  }
};

class FakeDaemon {
 public:
  static constexpr geoneuron_info kInfo = {GEONEURON_ABI_VERSION,
                                           GEONEURON_CLASS_INTERACTIVE,
                                           0,
                                           1,
                                           0,
                                           4096,
                                           uint64_t{1} << 30,
                                           0,
                                           16,
                                           {}};

  explicit FakeDaemon(const std::string& path);
  // Speaks on a socket that it was given.
  explicit FakeDaemon(UniqueFd connection);

  // The steps of a connection. accept() takes one and reads its HELLO.
  geoneuron_hello accept();
  bool has_connection_waiting() const;
  void welcome(const geoneuron_info& info = kInfo);
  void refuse(int error, const std::string& sentence);

  // nullopt: the client has closed the connection.
  std::optional<ClientMessage> receive();
  // Receives until it has `count` commands; other messages go to others().
  std::vector<geoneuron_command> receive_commands(size_t count);
  // The next message of this kind; others in between go to others().
  ClientMessage receive_kind(uint16_t kind);
  std::vector<ClientMessage>& others() { return others_; }
  // Nothing of the client waits to be read.
  bool is_quiet() const;

  void complete(const geoneuron_command& command, int result = 0, uint64_t value = 0);
  void answer_cancel(const geoneuron_cancel& cancel, uint32_t cancelled, uint32_t requested);
  void send(uint16_t kind, std::span<const std::byte> entries, uint16_t count = 1, int fd = -1);
  void send_bytes(std::span<const std::byte> message, std::span<const int> fds = {});

  // Completes every command as it comes, with its deadline as value, until the client goes.
  void serve();

  // As a daemon that dies does; its workers live on, and hold the fence.
  void crash();
  void close_fence() { fence_writer_.reset(); }

 private:
  UniqueFd listener_;
  UniqueFd connection_;
  UniqueFd fence_reader_;
  UniqueFd fence_writer_;
  std::vector<ClientMessage> others_;
  uint64_t next_id_ = 1;
};

// Waits for the condition, generously; false where it never came.
template <typename Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    struct timespec pause = {0, 10'000'000};
    nanosleep(&pause, nullptr);
  }
  return false;
}

}  // namespace geoneuron
