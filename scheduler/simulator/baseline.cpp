// SPDX-License-Identifier: MIT
#include "simulator/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace geoneuron::simulator {
namespace {

// How far ahead apparent tardiness looks, in times of a job (Vepsalainen and Morton's k).
constexpr double kLookAhead = 2;

double weight_of(policy::Class priority_class) {
  return std::pow(4.0, static_cast<double>(priority_class));
}

}  // namespace

bool Baseline::submit(const DispatchedJob& dispatched, uint64_t now_ns) {
  const policy::Job& job = dispatched.job;
  if (job.drop_late && job.deadline_ns != 0 && job.deadline_ns <= now_ns) return false;
  Client& client = clients_.at(job.client);
  if (client.jobs++ == 0) {
    double least_ns = std::numeric_limits<double>::max();
    for (const auto& [id, other] : clients_)
      if (other.jobs > 0 && id != job.client) least_ns = std::min(least_ns, other.virtual_ns);
    if (least_ns < std::numeric_limits<double>::max())
      client.virtual_ns = std::max(client.virtual_ns, least_ns);
  }
  Waiting& waiting = jobs_[job.id];
  waiting = {job, ++jobs_made_, false};
  in_flight_.try_emplace(job.device, 0);
  if (job.drop_late && job.deadline_ns != 0) expiry_.insert({job.deadline_ns, job.id});
  if (job.chain != 0) {
    auto& chain = chains_[job.chain];
    chain.push_back(job.id);
    if (chain.size() > 1) return true;
  }
  make_ready(waiting);
  return true;
}

void Baseline::make_ready(Waiting& waiting) {
  lanes_[lane_of(waiting.job)].emplace(waiting.order, waiting.job.id);
}

void Baseline::withdraw(const Waiting& waiting) {
  const auto lane = lanes_.find(lane_of(waiting.job));
  if (lane == lanes_.end()) return;
  lane->second.erase(waiting.order);
  if (lane->second.empty()) lanes_.erase(lane);
}

void Baseline::forget(policy::JobId id) {
  const auto place = jobs_.find(id);
  const Waiting gone = place->second;
  jobs_.erase(place);
  --clients_.at(gone.job.client).jobs;
  if (!gone.running) withdraw(gone);
  expiry_.erase({gone.job.deadline_ns, id});
  if (gone.job.chain == 0) return;
  auto& chain = chains_.at(gone.job.chain);
  const bool was_first = chain.front() == id;
  chain.remove(id);
  if (chain.empty())
    chains_.erase(gone.job.chain);
  else if (was_first)
    make_ready(jobs_.at(chain.front()));
}

bool Baseline::cancel(policy::JobId id) {
  const auto place = jobs_.find(id);
  if (place == jobs_.end() || place->second.running) return false;
  forget(id);
  return true;
}

// The least is next.
double Baseline::rank(const Waiting& waiting, uint64_t now_ns) const {
  const policy::Job& job = waiting.job;
  const Client& client = clients_.at(job.client);
  const double never = std::numeric_limits<double>::max();
  switch (rule_) {
    case Rule::kFifo:
      return 0;
    case Rule::kRoundRobin:
      return static_cast<double>(client.last_turn);
    case Rule::kStrictPriority:
      return -static_cast<double>(job.priority_class);
    case Rule::kEarliestDueDate:
      return job.deadline_ns == 0 ? never : static_cast<double>(job.deadline_ns);
    case Rule::kVirtualRuntime:
      return client.virtual_ns;
    case Rule::kApparentTardiness:
      break;
  }
  const auto takes_ns = static_cast<double>(std::max<uint64_t>(costs_.predict(job), 1));
  const double due_ns = job.deadline_ns == 0 ? static_cast<double>(job.arrival_ns) + 1e9
                                             : static_cast<double>(job.deadline_ns);
  const double slack_ns = std::max(0.0, due_ns - takes_ns - static_cast<double>(now_ns));
  return -weight_of(job.priority_class) / takes_ns * std::exp(-slack_ns / (kLookAhead * takes_ns));
}

// Of all lanes, or of those whose jobs could share the leader's batch.
auto Baseline::best(policy::DeviceId device, const policy::Job* leader, uint64_t now_ns)
    -> Lanes::iterator {
  auto least = lanes_.end();
  std::pair<double, uint64_t> least_rank;
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    const Waiting& head = jobs_.at(lane->second.begin()->second);
    if (head.job.device != device || !up_.contains(head.job.worker)) continue;
    if (leader && (head.job.worker != leader->worker || head.job.signature != leader->signature ||
                   head.job.priority_class != leader->priority_class))
      continue;
    const std::pair<double, uint64_t> its_rank{rank(head, now_ns), head.order};
    if (least == lanes_.end() || its_rank < least_rank) {
      least = lane;
      least_rank = its_rank;
    }
  }
  return least;
}

void Baseline::take(policy::Batch& batch, Waiting& waiting) {
  Client& client = clients_.at(waiting.job.client);
  const uint64_t predicted_ns = costs_.predict(waiting.job);
  client.last_turn = ++turns_;
  client.virtual_ns += static_cast<double>(predicted_ns) / weight_of(waiting.job.priority_class);
  withdraw(waiting);
  expiry_.erase({waiting.job.deadline_ns, waiting.job.id});
  waiting.running = true;
  batch.predicted_ns += predicted_ns;
  batch.jobs.push_back(waiting.job.id);
}

bool Baseline::send_one(policy::DeviceId device, uint64_t now_ns, policy::Decision& decision) {
  if (in_flight_.at(device) >= limits_.batches_in_flight) return false;
  auto lane = best(device, nullptr, now_ns);
  if (lane == lanes_.end()) return false;
  const policy::Job leader = jobs_.at(lane->second.begin()->second).job;
  policy::Batch batch{policy::BatchId{++batches_made_}, device, leader.worker, 0, {}};
  const bool known = costs_.find(leader.signature, device) != nullptr;
  do {
    take(batch, jobs_.at(lane->second.begin()->second));
    lane = best(device, &leader, now_ns);
    if (!known || lane == lanes_.end() || batch.jobs.size() >= limits_.jobs_per_batch) break;
  } while (batch.predicted_ns + costs_.predict(jobs_.at(lane->second.begin()->second).job) <=
           limits_.quantum_ns);
  ++in_flight_.at(device);
  decision.batches.push_back(batch);
  running_.emplace(batch.id, batch);
  return true;
}

policy::Decision Baseline::decide(uint64_t now_ns) {
  policy::Decision decision;
  while (!expiry_.empty() && expiry_.begin()->first <= now_ns) {
    const policy::JobId id = expiry_.begin()->second;
    decision.expired.push_back(id);
    forget(id);
  }
  for (const auto& [device, count] : in_flight_)
    while (send_one(device, now_ns, decision)) continue;
  decision.wake_ns = expiry_.empty() ? 0 : expiry_.begin()->first;
  return decision;
}

void Baseline::finished(policy::BatchId id, const std::vector<policy::Measured>& measured,
                        uint64_t) {
  const policy::Batch batch = running_.at(id);
  running_.erase(id);
  --in_flight_.at(batch.device);
  policy::Costs::Sample sample;
  sample.signature = jobs_.at(batch.jobs.front()).job.signature;
  sample.device = batch.device;
  sample.batch_jobs = batch.jobs.size();
  for (const auto& [job, device_ns] : measured) {
    sample.units += jobs_.at(job).job.units;
    sample.device_ns += device_ns;
  }
  costs_.learn(sample);
  for (const policy::JobId job : batch.jobs) forget(job);
}

std::vector<policy::JobId> Baseline::lose_worker(policy::WorkerId worker, uint64_t) {
  up_.erase(worker);
  std::vector<policy::JobId> lost;
  for (auto place = running_.begin(); place != running_.end();) {
    const policy::Batch& batch = place->second;
    if (batch.worker != worker) {
      ++place;
      continue;
    }
    --in_flight_.at(batch.device);
    lost.insert(lost.end(), batch.jobs.begin(), batch.jobs.end());
    for (auto job = batch.jobs.rbegin(); job != batch.jobs.rend(); ++job) forget(*job);
    place = running_.erase(place);
  }
  return lost;
}

}  // namespace geoneuron::simulator
