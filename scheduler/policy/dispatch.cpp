// SPDX-License-Identifier: MIT
// Which class a device's next batch is of, and what the end of a batch teaches.
#include <algorithm>

#include "policy/state.hpp"

namespace geoneuron::policy {
namespace {

constexpr double kOverrun = 1.5;  // times the prediction

struct Choice {
  Class its_class{};
  bool ahead = false;  // of a higher class that waits
};

// Sets `choice`; false: nothing waits. The reserve goes ahead only of a class that was served just
// before: what comes after a pause finds at most the batches in flight before it.
bool choose(Device& device, Choice& choice) {
  int lowest = -1, highest = -1;
  for (int i = 0; i < static_cast<int>(kClasses); ++i) {
    if (device.queues[static_cast<size_t>(i)].empty()) {
      device.reserve.nothing_waits(static_cast<Class>(i));
      continue;
    }
    if (lowest < 0) lowest = i;
    highest = i;
  }
  if (highest < 0) return false;
  choice.ahead = lowest < highest && device.reserve.due(static_cast<Class>(lowest)) &&
                 device.last_sent >= static_cast<Class>(highest);
  choice.its_class = static_cast<Class>(choice.ahead ? lowest : highest);
  return true;
}

uint64_t measured_total_ns(const RunningBatch& batch) {
  uint64_t total_ns = 0;
  for (const JobRecord* job : batch.jobs) total_ns += job->measured_ns;
  return total_ns;
}

void note_batch(Scheduler::DeviceUsage& usage, size_t jobs, uint64_t total_ns) {
  ++usage.batches;
  usage.jobs += jobs;
  usage.device_ns += total_ns;
  usage.longest_batch_ns = std::max(usage.longest_batch_ns, total_ns);
  usage.batch_jobs.add(jobs);
  usage.batch_ns.add(total_ns);
}

}  // namespace

bool Scheduler::State::send_next(DeviceId id, Device& device, std::vector<Batch>& batches) {
  Choice choice;
  if (device.in_flight >= limits.batches_in_flight || !choose(device, choice)) return false;
  Flow& flow = *device.queues[static_cast<size_t>(choice.its_class)].next();
  JobRecord& leader = flow.head();
  if (may_grow(leader)) return false;
  RunningBatch batch;
  batch.batch = {BatchId{++batches_made}, id, leader.job.worker, 0, {}};
  batch.device = &device;
  batch.its_class = choice.its_class;
  compose(batch, leader);
  if (choice.ahead) {
    batch.reserved_ns = batch.batch.predicted_ns;
    device.reserve.sent_ahead(choice.its_class, batch.reserved_ns);
  }
  device.last_sent = choice.its_class;
  ++device.in_flight;
  batches.push_back(batch.batch);
  running.emplace(batch.batch.id, std::move(batch));
  return true;
}

void Scheduler::State::measure(RunningBatch& batch, const std::vector<Measured>& measured) {
  for (size_t i = 0; i < measured.size(); ++i) {
    JobRecord* job = nullptr;
    if (i < batch.jobs.size() && batch.jobs[i]->job.id == measured[i].job) {
      job = batch.jobs[i];
    } else if (const auto place = jobs.find(measured[i].job); place != jobs.end()) {
      job = &place->second;
    }
    if (job && job->state == JobState::kRunning && job->batch == batch.batch.id)
      job->measured_ns = std::min(measured[i].device_ns, kLongestTime_ns);
  }
}

// One sample per signature: a batch of many jobs says the same thing many times.
void Scheduler::State::learn(const RunningBatch& batch) {
  const auto total_ns = static_cast<double>(measured_total_ns(batch));
  const bool overrun = total_ns > kOverrun * static_cast<double>(batch.batch.predicted_ns) &&
                       total_ns > static_cast<double>(limits.quantum_ns);
  Costs::Sample sample;
  for (const JobRecord* job : batch.jobs) {
    if (job->measured_ns == 0) continue;
    if (sample.signature != job->job.signature) {
      costs.learn(sample);
      sample = {job->job.signature, batch.batch.device, 0, 0, batch.jobs.size(), overrun};
    }
    sample.units += job->job.units;
    sample.device_ns += job->measured_ns;
  }
  costs.learn(sample);
}

void Scheduler::State::end(RunningBatch& batch) {
  const uint64_t total_ns = measured_total_ns(batch);
  Device& device = *batch.device;
  --device.in_flight;
  note_batch(device.usage, batch.jobs.size(), total_ns);
  device.reserve.ended(batch.its_class, total_ns, batch.reserved_ns);
  for (JobRecord* job : batch.jobs) {
    Flow& flow = *job->flow;
    const int64_t off_ns =
        static_cast<int64_t>(job->measured_ns) - static_cast<int64_t>(job->predicted_ns);
    if (off_ns != 0) flow.queue->charge(flow, off_ns);
    job->client->device_ns += job->measured_ns;
    ++job->client->finished;
    usage_of(*job).device_ns += job->measured_ns;
    ++usage_of(*job).finished;
    forget(*job);
  }
}

// What was charged stays charged: the device was busy with it. From the last job back, so that no
// member of a chain becomes ready in between.
void Scheduler::State::abandon(RunningBatch& batch) {
  --batch.device->in_flight;
  for (auto job = batch.jobs.rbegin(); job != batch.jobs.rend(); ++job) forget(**job);
}

}  // namespace geoneuron::policy
