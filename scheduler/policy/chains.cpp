// SPDX-License-Identifier: MIT
#include "policy/chains.hpp"

#include <iterator>

namespace geoneuron::policy {

bool Chains::append(JobRecord& job) {
  if (job.job.chain == 0) return true;
  auto& members = chains_[key_of(job)];
  job.of_chain = members.insert(members.end(), &job);
  return members.size() == 1;
}

JobRecord* Chains::remove(JobRecord& job) {
  if (job.job.chain == 0) return nullptr;
  const auto place = chains_.find(key_of(job));
  auto& members = place->second;
  members.erase(job.of_chain);
  if (members.empty()) {
    chains_.erase(place);
    return nullptr;
  }
  JobRecord* first = members.front();
  return first->state == JobState::kHeld ? first : nullptr;
}

JobRecord* Chains::after(const JobRecord& job) const {
  if (job.job.chain == 0) return nullptr;
  const auto next = std::next(job.of_chain);
  return next == chains_.at(key_of(job)).end() ? nullptr : *next;
}

}  // namespace geoneuron::policy
