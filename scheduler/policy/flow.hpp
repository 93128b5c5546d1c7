// SPDX-License-Identifier: MIT
// Flow: the jobs of one client in one class on one device: what fairness is measured between. Lane:
// those of them that could share a batch.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <utility>

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

// By what a flow or a lane was served or promised, then by the flow's order.
using ServiceOrder = std::pair<int64_t, uint64_t>;

// Never empty.
struct Lane {
  LaneKey key;
  Flow* flow = nullptr;
  Bucket* bucket = nullptr;
  Worker* worker = nullptr;
  JobsInOrder jobs;
  std::list<Lane*>::iterator of_worker;
  std::map<JobOrder, Lane*>::iterator of_flow;        // while its worker takes jobs
  std::map<ServiceOrder, Lane*>::iterator of_bucket;  // likewise, but while set aside

  JobRecord& head() const { return *jobs.begin()->second; }
};

struct Flow {
  // Among those that have jobs that may begin.
  enum class Place : uint8_t { kNone, kEligible, kEarly };

  FairQueue* queue = nullptr;
  uint64_t order = 0;               // breaks ties
  std::map<JobOrder, Lane*> lanes;  // of workers that take jobs, by their first jobs
  uint32_t running = 0;             // jobs

  // Kept by FairQueue.
  bool present = false;     // it has lanes or running jobs
  int64_t served_ns = 0;    // virtual: device time charged, and what it had to make up when it came
  int64_t lag_ns = 0;       // while not present: how far behind virtual time it left
  uint64_t request_ns = 0;  // predicted time of the next job
  Place place = Place::kNone;
  std::map<ServiceOrder, Flow*>::iterator of_queue;  // unless kNone

  JobRecord& head() const { return lanes.begin()->second->head(); }
};

}  // namespace geoneuron::policy
