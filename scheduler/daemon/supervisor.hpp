// SPDX-License-Identifier: MIT
// Supervisor: systemd, where it started the daemon: is told how that is, and may have left sockets.
// One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

class Supervisor {
 public:
  Supervisor();  // reads the environment

  void ready() const;
  void reloading() const;
  void stopping() const;
  // Says that the daemon lives, when that is due.
  void tick(uint64_t now_ns);
  // When it is due; 0: nobody asks.
  uint64_t wake_ns() const { return next_ns_; }

  // The listening socket that it left, if any. EINVAL: it left several.
  static Result<std::optional<UniqueFd>> listener();

 private:
  uint64_t interval_ns_ = 0;
  uint64_t next_ns_ = 0;
};

}  // namespace geoneuron::daemon
