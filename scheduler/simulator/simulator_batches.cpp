// SPDX-License-Identifier: MIT
// What runs, ends, and is lost.
#include <algorithm>
#include <utility>

#include "simulator/simulator.hpp"

namespace geoneuron::simulator {
namespace {

constexpr uint64_t kWindow_ns = 100 * kMillisecond_ns;
// Ids of trials are apart from those that dispatchers give.
constexpr uint64_t kTrials = uint64_t{1} << 63;

}  // namespace

SimulatedDevice& Simulator::device(policy::DeviceId id) {
  return devices_.try_emplace(id, workload_.machine.staging_bytes).first->second;
}

void Simulator::send(const policy::Batch& batch, bool trial) {
  for (size_t i = 0; i < batch.jobs.size(); ++i) {
    const auto place = jobs_.find(batch.jobs[i]);
    if (place == jobs_.end()) {
      complain("sent after its end, or never admitted", batch.jobs[i]);
      return;
    }
    check(batch, i, place->second, trial);
    place->second.running = true;
  }
  ++outcome_.sent;
  outcome_.jobs_sent += batch.jobs.size();
  SentBatch sent = sized(batch);
  sent.trial = trial;
  doom(sent);
  device(batch.device).send(std::move(sent), now_ns_);
  watch(batch.device);
}

void Simulator::check(const policy::Batch& batch, size_t place, const LiveJob& live, bool trial) {
  const policy::JobId id = batch.jobs[place];
  if (live.running) complain("sent twice", id);
  if (live.in_trial != trial) complain("sent while it is in a trial, or the other way", id);
  if (live.made.job.worker != batch.worker) complain("sent to another worker than its own", id);
  if (!trial && down_.contains(batch.worker)) complain("sent to a worker that is lost", id);
  const bool waits = live.before != policy::JobId{} && jobs_.contains(live.before);
  if (waits && (place == 0 || batch.jobs[place - 1] != live.before))
    complain("overtook its chain", id);
}

SentBatch Simulator::sized(const policy::Batch& batch) {
  SentBatch sent;
  sent.batch = batch;
  sent.takes_ns = {0, workload_.machine.submission_ns, 0};
  std::map<policy::Signature, uint64_t> alike;
  for (const policy::JobId id : batch.jobs) ++alike[jobs_.at(id).made.job.signature];
  for (const policy::JobId id : batch.jobs) {
    const MadeJob& made = jobs_.at(id).made;
    const uint64_t part_ns = made.launch_ns / alike.at(made.job.signature);
    sent.takes_ns[kUpload] += made.takes.upload_ns;
    sent.takes_ns[kCompute] += made.takes.compute_ns + part_ns;
    sent.takes_ns[kReadback] += made.takes.readback_ns;
    sent.staging_bytes += made.staging_bytes;
    sent.job_ns.push_back(made.takes.total_ns() + part_ns);
  }
  return sent;
}

// The first job that faults decides.
void Simulator::doom(SentBatch& sent) {
  for (const policy::JobId id : sent.batch.jobs) {
    const MadeJob& made = jobs_.at(id).made;
    if (made.fault == Fault::kNone || made.fault == Fault::kCorruption) continue;
    if (!faults_.chance(made.fault_again)) continue;
    sent.fault = made.fault;
    if (made.fault == Fault::kHang) {
      sent.takes_ns[kCompute] = kNever_ns;
      sent.fault_after_ns = workload_.machine.watchdog_ns;
    } else {
      sent.fault_after_ns = sent.takes_ns[kCompute] / 2;
    }
    return;
  }
}

void Simulator::watch(policy::DeviceId id) {
  const SimulatedDevice& watched = device(id);
  uint64_t next_ns = watched.next_end_ns();
  for (const SentBatch& sent : watched.batches()) next_ns = std::min(next_ns, sent.fault_ns());
  uint64_t& watched_ns = watched_ns_[id];
  if (next_ns == kNever_ns || next_ns == watched_ns) return;
  watched_ns = next_ns;
  at(std::max(next_ns, now_ns_), Event::Kind::kDevice, static_cast<uint64_t>(id));
}

void Simulator::go_on(policy::DeviceId id) {
  SimulatedDevice& done = device(id);
  watched_ns_[id] = 0;
  while (true) {
    const auto& batches = done.batches();
    const auto faulty = std::find_if(batches.begin(), batches.end(), [&](const SentBatch& sent) {
      return sent.fault_ns() <= now_ns_;
    });
    if (faulty != batches.end())
      lose_for(SentBatch(*faulty));
    else if (done.next_end_ns() <= now_ns_)
      end_batch(done.take_first());
    else
      break;
  }
  watch(id);
}

void Simulator::end_batch(const SentBatch& sent) {
  record(sent, false);
  const Span& compute = sent.spans[kCompute];
  outcome_.longest_batch_ns =
      std::max(outcome_.longest_batch_ns, compute.end_ns - compute.begin_ns);
  if (sent.trial) recovery_.passed(sent.batch.worker);
  std::vector<policy::Measured> measured;
  for (size_t i = 0; i < sent.batch.jobs.size(); ++i) {
    const policy::JobId id = sent.batch.jobs[i];
    measured.push_back({id, sent.job_ns[i]});
    const auto place = jobs_.find(id);
    if (place == jobs_.end()) continue;  // forgotten while it was tried
    Request& request = outcome_.requests[place->second.request];
    request.begun_ns = std::min(request.begun_ns, sent.spans[kUpload].begin_ns);
    request.device_ns += sent.job_ns[i];
    auto& windows = outcome_.served_ns[request.client];
    const size_t window = now_ns_ / kWindow_ns;
    if (now_ns_ < workload_.until_ns) {
      windows.resize(std::max(windows.size(), window + 1));
      windows[window] += sent.job_ns[i];
    }
    const bool wrong = place->second.made.fault == Fault::kCorruption;
    end_job(id, wrong ? End::kCorrupt : End::kServed);
  }
  if (sent.trial)
    try_next(sent.batch.worker);
  else
    dispatcher_.finished(sent.batch.id, measured, now_ns_);
}

void Simulator::record(const SentBatch& sent, bool lost) {
  if (!options_.keep_trace) return;
  TracedBatch traced{.device = sent.batch.device, .worker = sent.batch.worker};
  const auto leader = jobs_.find(sent.batch.jobs.front());
  if (leader != jobs_.end()) {
    traced.priority_class = leader->second.made.job.priority_class;
    traced.leader = leader->second.made.job.client;
  }
  traced.jobs = sent.batch.jobs.size();
  traced.spans = sent.spans;
  traced.lost = lost;
  for (Span& span : traced.spans)
    if (lost) span = {std::min(span.begin_ns, now_ns_), std::min(span.end_ns, now_ns_)};
  outcome_.batches.push_back(traced);
}

void Simulator::lose_for(const SentBatch& culprit) {
  const policy::DeviceId device_id = culprit.batch.device;
  lose(culprit.batch.worker, device_id, false);
  if (culprit.fault != Fault::kDeviceLost) return;
  for (const auto& [worker, its_device] : workers_)
    if (its_device == device_id && worker != culprit.batch.worker) lose(worker, device_id, true);
}

void Simulator::lose(policy::WorkerId worker, policy::DeviceId device_id, bool blameless) {
  ++outcome_.losses;
  std::vector<policy::LostBatch> batches;
  for (const SentBatch& sent : device(device_id).take_lost(worker, now_ns_)) {
    record(sent, true);
    for (const policy::JobId id : sent.batch.jobs)
      if (const auto place = jobs_.find(id); place != jobs_.end()) {
        place->second.running = false;
        place->second.in_trial = true;
      }
    if (sent.trial) continue;
    const bool in_order = jobs_.at(sent.batch.jobs.front()).made.job.chain != 0;
    batches.push_back({sent.batch.jobs, sent.begun(now_ns_), in_order});
  }
  if (down_.insert(worker).second) {
    size_t lost = dispatcher_.lose_worker(worker, now_ns_).size();
    for (const auto& batch : batches) lost -= batch.jobs.size();
    if (lost != 0) complain("its worker's jobs that ran are told wrongly", policy::JobId{});
  }
  for (const policy::JobId id : recovery_.lost(worker, batches, blameless)) fail(worker, id);
  if (respawning_.insert(worker).second)
    at(now_ns_ + workload_.machine.respawn_ns, Event::Kind::kRespawn,
       static_cast<uint64_t>(worker));
}

// With a member of a chain fails what is behind it; from the last one back, so that none becomes
// ready in between.
void Simulator::fail(policy::WorkerId worker, policy::JobId id) {
  const auto place = jobs_.find(id);
  if (place == jobs_.end()) return;
  bans_.punish(place->second.made.job.client, now_ns_);
  std::vector<policy::JobId> behind;
  for (policy::JobId next = place->second.next; jobs_.contains(next); next = jobs_.at(next).next)
    behind.push_back(next);
  std::reverse(behind.begin(), behind.end());
  for (const policy::JobId next : behind) {
    if (jobs_.at(next).in_trial)
      recovery_.forget(worker, next);
    else if (!dispatcher_.cancel(next))
      complain("could not be cancelled", next);
    end_job(next, End::kFailed);
  }
  end_job(id, End::kFailed);
}

void Simulator::try_next(policy::WorkerId worker) {
  if (respawning_.contains(worker)) return;
  policy::Batch trial;
  trial.jobs = recovery_.begin_trial(worker);
  if (!trial.jobs.empty()) {
    trial.id = policy::BatchId{kTrials + ++outcome_.trials};
    trial.device = workers_.at(worker);
    trial.worker = worker;
    send(trial, true);
  } else if (!recovery_.busy(worker)) {
    down_.erase(worker);
    dispatcher_.resume_worker(worker);
  }
}

}  // namespace geoneuron::simulator
