// SPDX-License-Identifier: MIT
// FakeDaemon: starts the real geoneuron-worker and speaks to it as geoneurond does, step by step.
#pragma once

#include <geoneuron/commands.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ring/channel.hpp"

namespace geoneuron::worker {

// One buffer that a command uses, whole.
struct Use {
  uint64_t buffer = 0;
  uint32_t access = GEONEURON_ACCESS_READ;
};
inline Use reads(uint64_t buffer) {
  return {buffer, GEONEURON_ACCESS_READ};
}
inline Use writes(uint64_t buffer) {
  return {buffer, GEONEURON_ACCESS_WRITE};
}

struct Words {
  uint64_t object = 0;
  uint64_t source = 0;
  std::string text = {};
  uint8_t report_slot = GEONEURON_NO_SLOT;
};

class FakeDaemon {
 public:
  // Waits until the worker is ready; `ready()` is what it said.
  explicit FakeDaemon(const std::string& device = "cpu",
                      const std::vector<std::string>& more_arguments = {});
  // Asks the worker for its end, or kills it where it does not answer.
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;

  const ring::ReadyMessage& ready() const { return ready_; }
  pid_t pid() const { return pid_; }
  // The worker's exit status as waitpid tells it; waits for it.
  int wait_for_exit();
  ring::DaemonChannel& channel() { return *channel_; }
  int control() const { return control_.get(); }

  // A new buffer, shared for reading and writing; filled with zeros.
  uint64_t share(uint64_t size_bytes, bool writable = true);
  uint64_t share(std::span<const std::byte> bytes);
  // Sends an fd as it is.
  uint64_t share_fd(int fd, uint64_t size_bytes, bool writable, ring::BufferKind kind = {});
  std::span<std::byte> memory(uint64_t buffer) { return memories_.at(buffer).bytes(); }

  // A request with a fresh job number.
  ring::Request request(uint16_t opcode, const Words& words, const std::vector<Use>& uses,
                        uint64_t context = 1);
  void put(const ring::Request& request);
  void publish() { channel_->publish_requests(); }
  // The next reply; nothing where the worker ended before it came.
  std::optional<ring::Reply> next_reply();
  // Puts one request and waits for its reply; fails the test where none comes.
  ring::Reply run(const ring::Request& request);
  ring::Reply run(uint16_t opcode, const Words& words, const std::vector<Use>& uses,
                  uint64_t context = 1) {
    return run(request(opcode, words, uses, context));
  }

 private:
  void start(const std::string& device, const std::vector<std::string>& more_arguments, int control,
             int fence);

  std::optional<ring::DaemonChannel> channel_;
  UniqueFd control_, fence_;
  pid_t pid_ = -1;
  ring::ReadyMessage ready_;
  uint64_t jobs_ = 0, buffers_ = 0;
  std::map<uint64_t, ring::SealedMemory> memories_;
};

// As `fd`, but it cannot be written.
UniqueFd reopened_for_reading(int fd);

}  // namespace geoneuron::worker
