// SPDX-License-Identifier: MIT
// Expiry: the jobs that are dropped at their deadline unless they have begun, soonest first.
#pragma once

#include <cstdint>

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
  JobsByDeadline jobs_;
};

}  // namespace geoneuron::policy
