// SPDX-License-Identifier: MIT
// What the scheduler knows: its parts, and the steps that touch several of them.
#pragma once

#include <array>
#include <map>
#include <unordered_map>
#include <vector>

#include "policy/chains.hpp"
#include "policy/clients.hpp"
#include "policy/costs.hpp"
#include "policy/expiry.hpp"
#include "policy/fair_queue.hpp"
#include "policy/ready_jobs.hpp"
#include "policy/reserve.hpp"
#include "policy/scheduler.hpp"
#include "policy/spare_nodes.hpp"

namespace geoneuron::policy {

struct Device {
  explicit Device(const Limits& limits)
      : queues(kClasses, FairQueue(static_cast<int64_t>(limits.quantum_ns))),
        reserve(limits.background_reserve) {}

  std::vector<FairQueue> queues;  // by class
  Reserve reserve;
  Class last_sent = Class::kRealtime;
  uint32_t in_flight = 0;
  Scheduler::DeviceUsage usage;  // but in_flight
};

struct RunningBatch {
  Batch batch;
  Device* device = nullptr;
  Class its_class{};
  uint64_t reserved_ns = 0;  // taken off the reserve when it was sent
  std::vector<JobRecord*> jobs;
};

struct Scheduler::State {
  explicit State(const Limits& given);

  Limits limits;
  Clients clients{limits};
  Chains chains;
  Expiry expiry;
  Costs costs{limits};
  ReadyJobs ready{costs};
  using Jobs = std::unordered_map<JobId, JobRecord>;
  Jobs jobs;
  SpareNodes<Jobs> spare_jobs{1024};
  std::map<DeviceId, Device> devices;
  std::map<BatchId, RunningBatch> running;
  std::array<ClassUsage, kClasses> usage;
  uint64_t jobs_made = 0, batches_made = 0;

  ClassUsage& usage_of(const JobRecord& job) {
    return usage[static_cast<size_t>(job.job.priority_class)];
  }

  // state.cpp: the life of a job.
  JobRecord& admit(Client& client, const Job& job);
  // Whichever state it is in; a chain's next member may begin.
  void forget(JobRecord& job);
  std::vector<JobId> expire(uint64_t now_ns);

  // dispatch.cpp: what is sent, and its end.
  // Returns false where nothing waits.
  bool send_next(DeviceId id, Device& device, std::vector<Batch>& batches);
  void measure(RunningBatch& batch, const std::vector<Measured>& measured);
  void learn(const RunningBatch& batch);
  void end(RunningBatch& batch);
  // Its worker is gone.
  void abandon(RunningBatch& batch);

  // batching.cpp: which jobs share a batch.
  // Whether the batch that this job would lead had better wait for more.
  bool may_grow(const JobRecord& leader) const;
  void compose(RunningBatch& batch, JobRecord& leader);
  void fill(RunningBatch& batch, const JobRecord& leader, const CostEstimate& estimate);
  void take_from(Lane& lane, RunningBatch& batch, const CostEstimate& estimate);
  void follow_chain(RunningBatch& batch, const JobRecord& leader, uint32_t jobs_allowed);
  bool fits(const RunningBatch& batch, uint64_t predicted_ns) const;
  void take(RunningBatch& batch, JobRecord& job, uint64_t predicted_ns);
};

}  // namespace geoneuron::policy
