// SPDX-License-Identifier: MIT
// JobRecord: a job as policy keeps it, from admission to its end.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <utility>

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

struct JobRecord;

// The order inside a client: earliest deadline, then arrival, then submission.
struct JobOrder {
  uint64_t deadline_ns, arrival_ns, submission;
  auto operator<=>(const JobOrder&) const = default;
};
using JobsInOrder = std::map<JobOrder, JobRecord*>;
// By deadline, then submission.
using JobsByDeadline = std::map<std::pair<uint64_t, uint64_t>, JobRecord*>;

struct JobRecord {
  Job job;
  uint64_t order = 0;  // of submission
  JobState state = JobState::kHeld;
  Client* client = nullptr;
  Flow* flow = nullptr;
  Lane* lane = nullptr;  // while kReady, as of_lane

  // While kRunning.
  BatchId batch{};
  uint64_t predicted_ns = 0;  // what its flow was charged
  uint64_t measured_ns = 0;   // 0: it did not run

  // Where it is found, so that leaving takes no search.
  std::list<JobRecord*>::iterator of_client, of_chain;
  JobsInOrder::iterator of_lane;
  JobsByDeadline::iterator of_expiry;

  JobOrder in_order() const {
    const uint64_t none = std::numeric_limits<uint64_t>::max();
    return {job.deadline_ns == 0 ? none : job.deadline_ns, job.arrival_ns, order};
  }
};

}  // namespace geoneuron::policy
