// SPDX-License-Identifier: MIT
// Job: the daemon's record of one accepted command that has no completion yet.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "daemon/accepted.hpp"
#include "policy/types.hpp"

namespace geoneuron::daemon {

enum class JobState : uint8_t {
  kHeld,    // waits for those before it in its chain -> kQueued, or answered by the daemon
  kQueued,  // known to the policy -> kSent, or cancelled, or expired
  kSent,    // with its worker -> answered by its reply, or by the worker's end
};

struct Job {
  Accepted accepted;
  uint64_t context = 0;
  uid_t user = 0;
  uint64_t chain = 0;  // the first member's id; 0: in none
  bool local = false;  // the daemon answers it, no worker
  JobState state = JobState::kHeld;
  policy::DeviceId device{};
  policy::WorkerId worker{};
  policy::BatchId batch{};
  bool cancel_asked = false;

  uint64_t id() const { return accepted.id; }
  const geoneuron_command& command() const { return accepted.command; }
};

// How a job ended.
struct Outcome {
  int32_t result = 0;
  uint64_t value = 0;
  uint64_t device_ns = 0;
  std::string reason;  // the sentence of a failure
};

}  // namespace geoneuron::daemon
