// SPDX-License-Identifier: MIT
#include "policy/state.hpp"

#include <algorithm>

namespace geoneuron::policy {
namespace {

Limits at_least_one_of_each(Limits limits) {
  limits.batches_in_flight = std::max(limits.batches_in_flight, 1u);
  limits.jobs_per_batch = std::max(limits.jobs_per_batch, 1u);
  limits.quantum_ns = std::min(limits.quantum_ns, kLongestTime_ns);
  limits.unknown_cost_ns = std::clamp<uint64_t>(limits.unknown_cost_ns, 1, kLongestTime_ns);
  return limits;
}

}  // namespace

Scheduler::State::State(const Limits& given) : limits(at_least_one_of_each(given)) {}

JobRecord& Scheduler::State::admit(Client& client, const Job& job) {
  JobRecord& record = spare_jobs.make(jobs, job.id)->second;
  record.job = job;
  record.job.units = std::max(job.units, 1u);
  record.order = ++jobs_made;
  Device& device = devices.try_emplace(job.device, limits).first->second;
  FairQueue& queue = device.queues[static_cast<size_t>(job.priority_class)];
  record.flow = &clients.flow(client, queue, job);
  clients.count(client, record);
  expiry.add(record);
  ++client.submitted;
  client.last_class = job.priority_class;
  ++usage_of(record).queued;
  if (chains.append(record)) ready.add(record);
  return record;
}

void Scheduler::State::forget(JobRecord& job) {
  if (job.state == JobState::kRunning) {
    --usage_of(job).running;
    --job.client->running;
    ready.over(*job.flow);
  } else {
    --usage_of(job).queued;
    expiry.remove(job);
    if (job.state == JobState::kReady) ready.remove(job);
  }
  JobRecord* next = chains.remove(job);
  clients.discount(job);
  spare_jobs.erase(jobs, jobs.find(job.job.id));
  if (next) ready.add(*next);
}

std::vector<JobId> Scheduler::State::expire(uint64_t now_ns) {
  std::vector<JobId> expired;
  while (JobRecord* first = expiry.due(now_ns)) {
    std::vector<JobRecord*> members;
    for (JobRecord* job = first; job; job = chains.after(*job)) members.push_back(job);
    for (const JobRecord* job : members) expired.push_back(job->job.id);
    // From the last one back, so that none becomes ready in between.
    for (auto job = members.rbegin(); job != members.rend(); ++job) {
      ++usage_of(**job).expired;
      forget(**job);
    }
  }
  return expired;
}

}  // namespace geoneuron::policy
