// SPDX-License-Identifier: MIT
// Signals: SIGTERM, SIGINT and SIGHUP as an fd that can be polled. Move-only; one in a process.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

class Signals {
 public:
  // Blocks them for the calling thread, and ignores SIGPIPE.
  static Result<Signals> block();

  int fd() const { return fd_.get(); }
  // The numbers of those that have come; does not wait.
  std::vector<int> take() const;

 private:
  explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace geoneuron::daemon
