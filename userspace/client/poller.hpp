// SPDX-License-Identifier: MIT
// Poller: several fds behind one that can be polled itself, and can be handed to others' event
// loops. Level-triggered. Thread-safe.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::client {

class Poller {
 public:
  static Result<Poller> create();

  int fd() const { return epoll_.get(); }
  // events: EPOLLIN, EPOLLOUT or 0, which leaves EPOLLHUP and EPOLLERR. EPERM: no fd to poll, such
  // as a file.
  Result<void> add(int fd, uint32_t events);
  void change(int fd, uint32_t events);
  void remove(int fd);

 private:
  explicit Poller(UniqueFd epoll) : epoll_(std::move(epoll)) {}

  UniqueFd epoll_;
};

// Nanoseconds of CLOCK_MONOTONIC.
uint64_t now_ns();

// Waits until `fd` is readable, `deadline_ns` (nullopt: without end) has passed, or a signal was
// handled; true where it is readable.
bool wait_readable(int fd, std::optional<uint64_t> deadline_ns);

}  // namespace geoneuron::client
