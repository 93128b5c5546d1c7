// SPDX-License-Identifier: MIT
// Flow: the jobs of one client in one class on one device: what fairness is measured between. Lane:
// those of them that could share a batch.
#pragma once

#include <cstdint>
#include <list>
#include <set>

#include "policy/job_record.hpp"
#include "policy/types.hpp"

namespace geoneuron::policy {

class FairQueue;
struct Bucket;
struct Worker;

struct LaneKey {
  ClientId client{};
  WorkerId worker{};
  Signature signature = 0;
  Class priority_class{};

  bool operator==(const LaneKey&) const = default;
};

// Never empty.
struct Lane {
  LaneKey key;
  Flow* flow = nullptr;
  Bucket* bucket = nullptr;
  Worker* worker = nullptr;
  std::set<JobRecord*, EarlierJob> jobs;
  int64_t rank_ns = 0;  // flow->served_ns when it was put into its bucket
  std::list<Lane*>::iterator of_worker;

  JobRecord& head() const { return **jobs.begin(); }
};

struct LaneWithEarlierJob {
  bool operator()(const Lane* a, const Lane* b) const {
    return EarlierJob()(*a->jobs.begin(), *b->jobs.begin());
  }
};

struct Flow {
  enum class Place : uint8_t { kAway, kEligible, kEarly };

  FairQueue* queue = nullptr;
  uint64_t order = 0;  // breaks ties
  // Lanes of workers that take jobs: the flow is in its queue while there are any.
  std::set<Lane*, LaneWithEarlierJob> lanes;

  // Kept by FairQueue.
  int64_t served_ns = 0;    // virtual: device time charged, and what it was raised by
  uint64_t request_ns = 0;  // predicted time of the next job
  uint32_t raises = 0;      // how often served_ns was raised when it came back
  Place place = Place::kAway;
};

}  // namespace geoneuron::policy
