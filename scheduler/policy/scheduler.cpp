// SPDX-License-Identifier: MIT
#include "policy/scheduler.hpp"

#include <cassert>
#include <utility>

#include "policy/state.hpp"

namespace geoneuron::policy {

Scheduler::Scheduler(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
Scheduler::~Scheduler() = default;

void Scheduler::add_client(ClientId client, UserId user) {
  state_->clients.add(client, user);
}

void Scheduler::remove_client(ClientId id) {
  Client* client = state_->clients.find(id);
  if (!client) return;
  // From the last one back, so that no member of a chain becomes ready in between.
  for (auto place = client->jobs.end(); place != client->jobs.begin();) {
    JobRecord& job = **--place;
    if (job.state == JobState::kRunning) continue;
    ++place;
    state_->forget(job);
  }
  state_->clients.remove(*client);
}

Admission Scheduler::submit(const Job& job, uint64_t now_ns) {
  Client* client = state_->clients.find(job.client);
  assert(client && "the client has been added");
  assert(!state_->jobs.contains(job.id) && "a job is submitted once");
  const Admission room = state_->clients.room_for_one(*client);
  if (room != Admission::kAdmitted) return room;
  if (job.drop_late && job.deadline_ns != 0) {
    const CostEstimate* estimate = state_->costs.find(job.signature, job.device);
    const uint64_t least_ns = estimate ? estimate->predict(job.units) : 0;
    if (job.deadline_ns <= now_ns || job.deadline_ns - now_ns < least_ns)
      return Admission::kTooLate;
  }
  state_->admit(*client, job);
  return Admission::kAdmitted;
}

bool Scheduler::cancel(JobId id) {
  const auto place = state_->jobs.find(id);
  if (place == state_->jobs.end() || place->second.state == JobState::kRunning) return false;
  state_->forget(place->second);
  return true;
}

void Scheduler::finished(BatchId id, const std::vector<Measured>& jobs, uint64_t) {
  const auto place = state_->running.find(id);
  if (place == state_->running.end()) return;
  state_->measure(place->second, jobs);
  state_->learn(place->second);
  state_->end(place->second);
  state_->running.erase(place);
}

std::vector<JobId> Scheduler::lose_worker(WorkerId worker, uint64_t) {
  state_->ready.lose_worker(worker);
  std::vector<JobId> lost;
  for (auto place = state_->running.begin(); place != state_->running.end();) {
    RunningBatch& batch = place->second;
    if (batch.batch.worker != worker) {
      ++place;
      continue;
    }
    lost.insert(lost.end(), batch.batch.jobs.begin(), batch.batch.jobs.end());
    state_->abandon(batch);
    place = state_->running.erase(place);
  }
  return lost;
}

void Scheduler::resume_worker(WorkerId worker) {
  state_->ready.resume_worker(worker);
}

Decision Scheduler::decide(uint64_t now_ns) {
  Decision decision;
  decision.expired = state_->expire(now_ns);
  for (auto& [id, device] : state_->devices)
    while (state_->send_next(id, device, decision.batches)) continue;
  decision.wake_ns = state_->expiry.next_ns();
  return decision;
}

std::vector<Scheduler::ClientUsage> Scheduler::clients() const {
  return state_->clients.usage();
}

Scheduler::ClassUsage Scheduler::class_usage(Class priority_class) const {
  return state_->usage[static_cast<size_t>(priority_class)];
}

std::vector<Scheduler::CostRow> Scheduler::costs() const {
  return state_->costs.rows();
}

Scheduler::DeviceUsage Scheduler::device_usage(DeviceId device) const {
  const auto place = state_->devices.find(device);
  if (place == state_->devices.end()) return {};
  DeviceUsage usage = place->second.usage;
  usage.in_flight = place->second.in_flight;
  return usage;
}

}  // namespace geoneuron::policy
