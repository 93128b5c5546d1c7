// SPDX-License-Identifier: MIT
// JobRecord: a job as policy keeps it, from admission to its end.
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <tuple>

#include "policy/types.hpp"

namespace geoneuron::policy {

struct Client;
struct Flow;
struct Lane;

enum class JobState : uint8_t {
  kHeld,     // behind another member of its chain -> kReady, kRunning (in one batch with it), over
  kReady,    // in a lane                          -> kRunning, over
  kRunning,  // in a batch                         -> over
};

struct JobRecord {
  Job job;
  uint64_t order = 0;  // of submission
  JobState state = JobState::kHeld;
  Client* client = nullptr;
  Flow* flow = nullptr;
  Lane* lane = nullptr;  // while kReady

  // While kRunning.
  BatchId batch{};
  uint64_t predicted_ns = 0;  // what its flow was charged
  uint64_t measured_ns = 0;   // 0: it did not run
  uint32_t raises = 0;        // its flow's when it was charged

  std::list<JobRecord*>::iterator of_client, of_chain;
};

// The order inside a client: earliest deadline, then arrival, then submission.
struct EarlierJob {
  static auto key(const JobRecord& record) {
    const uint64_t none = std::numeric_limits<uint64_t>::max();
    const uint64_t deadline = record.job.deadline_ns;
    return std::make_tuple(deadline == 0 ? none : deadline, record.job.arrival_ns, record.order);
  }
  bool operator()(const JobRecord* a, const JobRecord* b) const { return key(*a) < key(*b); }
};

}  // namespace geoneuron::policy
