// SPDX-License-Identifier: MIT
#include "policy/expiry.hpp"

namespace geoneuron::policy {
namespace {

bool expires(const JobRecord& job) {
  return job.job.drop_late && job.job.deadline_ns != 0;
}

}  // namespace

void Expiry::add(JobRecord& job) {
  if (expires(job)) jobs_.insert(&job);
}

void Expiry::remove(JobRecord& job) {
  if (expires(job)) jobs_.erase(&job);
}

JobRecord* Expiry::due(uint64_t now_ns) const {
  return !jobs_.empty() && (*jobs_.begin())->job.deadline_ns <= now_ns ? *jobs_.begin() : nullptr;
}

uint64_t Expiry::next_ns() const {
  return jobs_.empty() ? 0 : (*jobs_.begin())->job.deadline_ns;
}

}  // namespace geoneuron::policy
