// SPDX-License-Identifier: MIT
// Expiry: the jobs that are dropped at their deadline unless they have begun, soonest first.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "policy/job_record.hpp"

namespace geoneuron::policy {

class Expiry {
 public:
  // Nothing happens for jobs without a deadline, or that run however late.
  void add(JobRecord& job);
  void remove(JobRecord& job);
  // One whose deadline has come; nullptr: none.
  JobRecord* due(uint64_t now_ns) const;
  // When the next one is due; 0: none.
  uint64_t next_ns() const;

 private:
  struct Sooner {
    bool operator()(const JobRecord* a, const JobRecord* b) const {
      return std::make_pair(a->job.deadline_ns, a->order) <
             std::make_pair(b->job.deadline_ns, b->order);
    }
  };
  std::set<JobRecord*, Sooner> jobs_;
};

}  // namespace geoneuron::policy
