// SPDX-License-Identifier: MIT
// Touching: while it lives, the daemon itself is at a command: should it die of that, the kernel
// blames this one. A worker that dies of a command takes no daemon along. One thread.
#pragma once

#include "daemon/accepted.hpp"
#include "daemon/kernel_session.hpp"

namespace geoneuron::daemon {

class Touching {
 public:
  Touching(const KernelSession* session, uint64_t command_id)
      : session_(session), before_(session == nullptr ? 0 : session->touch(command_id)) {}
  explicit Touching(const Accepted& accepted) : Touching(accepted.kernel, accepted.command_id) {}
  Touching(const Touching&) = delete;
  Touching& operator=(const Touching&) = delete;
  ~Touching() {
    if (session_ != nullptr) session_->touch(before_);
  }

 private:
  const KernelSession* session_;
  uint64_t before_;
};

}  // namespace geoneuron::daemon
