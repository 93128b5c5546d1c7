// SPDX-License-Identifier: MIT
#include "policy/expiry.hpp"

namespace geoneuron::policy {
namespace {

bool expires(const JobRecord& job) {
  return job.job.drop_late && job.job.deadline_ns != 0;
}

}  // namespace

void Expiry::add(JobRecord& job) {
  if (expires(job))
    job.of_expiry = jobs_.emplace(std::make_pair(job.job.deadline_ns, job.order), &job).first;
}

void Expiry::remove(JobRecord& job) {
  if (expires(job)) jobs_.erase(job.of_expiry);
}

JobRecord* Expiry::due(uint64_t now_ns) const {
  return next_ns() != 0 && next_ns() <= now_ns ? jobs_.begin()->second : nullptr;
}

uint64_t Expiry::next_ns() const {
  return jobs_.empty() ? 0 : jobs_.begin()->first.first;
}

}  // namespace geoneuron::policy
