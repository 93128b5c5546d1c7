// SPDX-License-Identifier: MIT
// Loop: the one place where the daemon waits. What is asked of the kernel goes through one
// io_uring, and comes back as a list of events, so that nothing acts inside a callback. The loop
// owns the memory of what is under way: who asked may be gone when the answer comes. One thread.
#pragma once

#include <linux/geoneuron.h>
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

// What an event is about, in its receiver's words: `source` says who that is.
enum class Source : uint8_t {
  kNobody,
  kSignals,
  kDevices,  // their listing has ended
  kListener,
  kConnection,
  kConnectionSend,
  kWorkerExit,
  kWorkerControl,
  kWorkerRoom,  // its control socket takes messages again
  kWorkerDoorbell,
  kKernelFetch,
  kKernelCommit,
};

struct Token {
  Source source = Source::kNobody;
  uint64_t id = 0;
};

inline constexpr size_t kMaximumFds = 4;  // that one message may carry

struct Event {
  Token token;
  int32_t result = 0;  // of the call: negative errno; an accepted fd is in `fds`
  // receive: the message; commit: the entries with their outcomes. Valid until the next wait.
  std::span<const std::byte> bytes;
  std::vector<UniqueFd> fds;  // receive: what came with it
  bool truncated = false;     // receive: bytes or fds were lost
};

class Loop {
 public:
  // Errors: where io_uring is missing or forbidden, with how to allow it.
  static Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Each asks for one event. The fd stays the caller's, must block (no O_NONBLOCK) and, before it
  // is closed, be given to `forget`.
  void accept(Token token, int fd);
  // One message of at most `most_bytes`.
  void receive(Token token, int fd, size_t most_bytes);
  // One message; `passed_fd` (-1: none) goes with it, and stays open until the event.
  void send(Token token, int fd, std::vector<std::byte> bytes, int passed_fd = -1);
  // `events` as of poll(2); `result` are those that are there.
  void poll(Token token, int fd, short events);
  // Of a file of /dev/geoneuron-server; the results are as in linux/geoneuron.h.
  void fetch(Token token, int fd, const geoneuron_uring_fetch& ask);
  void commit(Token token, int fd, const std::vector<geoneuron_commit_entry>& entries,
              uint32_t flags = 0);

  // Ends whatever is under way on the fd; those events still come, with -ECANCELED.
  void forget(int fd);

  // Sends off what was asked, and waits until there is an event or the time is `deadline_ns`
  // (CLOCK_MONOTONIC; 0: no end). Replaces `events`.
  Result<void> wait(uint64_t deadline_ns, std::vector<Event>& events);

 private:
  struct Operation;
  struct State;
  explicit Loop(std::unique_ptr<State> state);
  Operation& begin(Token token);
  template <typename Payload>
  void command(Operation& operation, int fd, uint32_t code, const Payload& payload);
  void finish(Operation& operation, int32_t result, std::vector<Event>& events);

  std::unique_ptr<State> state_;
};

// CLOCK_MONOTONIC, nanoseconds.
uint64_t now_ns();

}  // namespace geoneuron::daemon
