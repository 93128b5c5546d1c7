// SPDX-License-Identifier: MIT
// Which jobs share a batch. It is led by the job that is next in class and fairness. Jobs of its
// signature join it, of whichever client; where there are none, the members that follow it in its
// chain do.
#include <algorithm>

#include "policy/state.hpp"

namespace geoneuron::policy {

// What waits beside it counts with its units: jobs of one signature are mostly of one size.
bool Scheduler::State::may_grow(const JobRecord& leader) const {
  const CostEstimate* estimate = costs.find(leader.job.signature, leader.job.device);
  if (!estimate || leader.job.priority_class >= Class::kInteractive) return false;
  const bool is_busy = std::ranges::any_of(running, [&](const auto& entry) {
    const Batch& batch = entry.second.batch;
    return batch.worker == leader.job.worker && batch.device == leader.job.device;
  });
  if (!is_busy) return false;
  const uint64_t waiting = ready.jobs_beside(leader);
  const uint32_t enough = std::min(limits.jobs_worth_sending, estimate->jobs_allowed());
  return waiting < enough &&
         waiting * estimate->predict(leader.job.units) < limits.worth_sending_ns;
}

void Scheduler::State::compose(RunningBatch& batch, JobRecord& leader) {
  const CostEstimate* estimate = costs.find(leader.job.signature, leader.job.device);
  take(batch, leader, costs.predict(leader.job));
  if (!estimate) return;  // nobody knows what it takes: alone
  fill(batch, leader, *estimate);
  if (batch.jobs.size() == 1) follow_chain(batch, leader, estimate->jobs_allowed());
}

// A client that is ahead of the others by a quantum joins nobody's batch: otherwise one that
// shares with many would get a part of the turns of each.
void Scheduler::State::fill(RunningBatch& batch, const JobRecord& leader,
                            const CostEstimate& estimate) {
  const BucketKey bucket = ReadyJobs::bucket_of(leader.job);
  const FairQueue& queue = *leader.flow->queue;
  const uint32_t jobs_allowed = estimate.jobs_allowed();
  std::vector<Lane*> too_big;
  while (batch.jobs.size() < jobs_allowed && too_big.size() < jobs_allowed) {
    Lane* lane = ready.least_served(bucket);
    if (!lane) break;
    const int64_t ahead_ns = lane->flow->served_ns - queue.virtual_ns();
    if (ahead_ns > static_cast<int64_t>(limits.quantum_ns)) break;
    if (fits(batch, estimate.predict(lane->head().job.units))) {
      take_from(*lane, batch, estimate);
    } else {
      ready.set_aside(*lane);
      too_big.push_back(lane);
    }
  }
  for (Lane* lane : too_big) ready.put_back(*lane);
}

// Several at once: a client that gets its completions together wakes up once for them, and sends
// the next ones together. Up to a part of a quantum, which the others are then served first.
void Scheduler::State::take_from(Lane& lane, RunningBatch& batch, const CostEstimate& estimate) {
  const Flow& flow = *lane.flow;
  const auto most_ahead_ns = static_cast<int64_t>(limits.quantum_ns / 4);
  for (bool goes_on = true; goes_on;) {
    const uint64_t predicted_ns = estimate.predict(lane.head().job.units);
    goes_on = lane.jobs.size() > 1;  // else the lane goes with its last job
    take(batch, lane.head(), predicted_ns);
    goes_on = goes_on && batch.jobs.size() < estimate.jobs_allowed() &&
              flow.served_ns - flow.queue->virtual_ns() < most_ahead_ns &&
              fits(batch, estimate.predict(lane.head().job.units));
  }
}

void Scheduler::State::follow_chain(RunningBatch& batch, const JobRecord& leader,
                                    uint32_t jobs_allowed) {
  const JobRecord* last = &leader;
  while (batch.jobs.size() < jobs_allowed) {
    JobRecord* next = chains.after(*last);
    if (!next || next->job.worker != leader.job.worker) return;
    const CostEstimate* estimate = costs.find(next->job.signature, next->job.device);
    if (!estimate || !fits(batch, estimate->predict(next->job.units))) return;
    take(batch, *next, estimate->predict(next->job.units));
    last = next;
  }
}

bool Scheduler::State::fits(const RunningBatch& batch, uint64_t predicted_ns) const {
  return batch.batch.predicted_ns + predicted_ns <= limits.quantum_ns;
}

void Scheduler::State::take(RunningBatch& batch, JobRecord& job, uint64_t predicted_ns) {
  Flow& flow = *job.flow;
  flow.queue->charge(flow, static_cast<int64_t>(predicted_ns));
  ready.begun(flow);  // before it leaves its lane: its flow stays
  if (job.state == JobState::kReady) ready.remove(job);
  expiry.remove(job);
  job.state = JobState::kRunning;
  job.batch = batch.batch.id;
  job.predicted_ns = predicted_ns;
  --usage_of(job).queued;
  ++usage_of(job).running;
  ++job.client->running;
  batch.batch.predicted_ns += predicted_ns;
  batch.batch.jobs.push_back(job.job.id);
  batch.jobs.push_back(&job);
}

}  // namespace geoneuron::policy
