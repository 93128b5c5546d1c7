// SPDX-License-Identifier: MIT
#include "policy/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace geoneuron::policy {

Simulation::Simulation(const Limits& limits, std::vector<SimulatedClient> clients, uint64_t seed)
    : limits_(limits), clients_(std::move(clients)), random_(seed), scheduler_(limits) {
  for (size_t i = 0; i < clients_.size(); ++i) {
    scheduler_.add_client(ClientId{clients_[i].id}, clients_[i].user);
    scheduler_.resume_worker(clients_[i].worker);
    for (uint32_t job = 0; job < clients_[i].depth; ++job)
      at(draw(1'000'000), Event::Kind::kSubmit, i);
  }
}

void Simulation::at(uint64_t time_ns, Event::Kind kind, uint64_t what) {
  events_.push({time_ns, ++events_made_, kind, what});
}

Simulation::Outcome Simulation::run(uint64_t until_ns) {
  until_ns_ = until_ns;
  if (disturbed_) at(1'000'000, Event::Kind::kDisturb, 0);
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    now_ns_ = event.time_ns;
    handle(event);
    decide();
  }
  EXPECT_TRUE(jobs_.empty()) << jobs_.size() << " jobs never ended";
  return outcome_;
}

void Simulation::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kSubmit:
      if (now_ns_ < until_ns_) submit(event.what);
      break;
    case Event::Kind::kBatchEnds:
      end_batch(BatchId{event.what});
      break;
    case Event::Kind::kDisturb:
      disturb_once();
      break;
    case Event::Kind::kResume:
      lost_workers_.erase(event.what);
      scheduler_.resume_worker(WorkerId{event.what});
      break;
    case Event::Kind::kWake:
      break;
  }
}

// One job, or a whole chain of them in the place of one.
void Simulation::submit(size_t index) {
  const SimulatedClient& client = clients_[index];
  const uint64_t length = 1 + draw(client.longest_chain);
  const uint64_t chain = length > 1 ? jobs_made_ + 1 : 0;
  uint64_t before = 0;
  for (uint64_t i = 0; i < length; ++i) {
    Job job;
    job.id = JobId{++jobs_made_};
    job.client = ClientId{client.id};
    job.device = DeviceId{1};
    job.worker = client.worker;
    job.priority_class = client.priority_class;
    job.signature = client.signatures[draw(client.signatures.size())];
    job.units = static_cast<uint32_t>(1 + draw(client.most_units));
    job.arrival_ns = now_ns_;
    job.deadline_ns = client.deadline_in_ns == 0 ? 0 : now_ns_ + client.deadline_in_ns;
    job.drop_late = client.deadline_in_ns != 0;
    job.chain = chain;
    const Admission admission = scheduler_.submit(job, now_ns_);
    if (admission == Admission::kAdmitted) {
      ++outcome_.admitted;
      jobs_[job.id] = {job, index, false, before};
      if (chain != 0) ++chains_[chain];
      before = jobs_made_;
    } else if (length == 1) {
      at(now_ns_ + 1'000'000, Event::Kind::kSubmit, index);
    }
  }
}

void Simulation::decide() {
  const Decision decision = scheduler_.decide(now_ns_);
  for (const JobId id : decision.expired) {
    ASSERT_TRUE(jobs_.contains(id)) << "expired twice, or never admitted";
    EXPECT_FALSE(jobs_.at(id).running);
    EXPECT_LE(jobs_.at(id).job.deadline_ns, now_ns_);
    ++outcome_.expired;
    end_job(id);
  }
  for (const Batch& batch : decision.batches) send(batch);
  if (decision.wake_ns != 0 && decision.wake_ns != wake_ns_) {
    EXPECT_GT(decision.wake_ns, now_ns_);
    wake_ns_ = decision.wake_ns;
    at(wake_ns_, Event::Kind::kWake, 0);
  }
}

void Simulation::send(const Batch& batch) {
  ASSERT_FALSE(batch.jobs.empty());
  EXPECT_LE(batch.jobs.size(), limits_.jobs_per_batch);
  EXPECT_FALSE(lost_workers_.contains(static_cast<uint64_t>(batch.worker)));
  EXPECT_TRUE(batch.jobs.size() == 1 || batch.predicted_ns <= limits_.quantum_ns);
  SentBatch sent{batch, {}, 0};
  for (size_t i = 0; i < batch.jobs.size(); ++i) {
    const auto place = jobs_.find(batch.jobs[i]);
    ASSERT_TRUE(place != jobs_.end()) << "sent after its end, or never admitted";
    LiveJob& live = place->second;
    EXPECT_FALSE(live.running) << "sent twice";
    EXPECT_EQ(live.job.worker, batch.worker);
    const bool waits = live.follows != 0 && jobs_.contains(JobId{live.follows});
    EXPECT_TRUE(!waits || (i > 0 && batch.jobs[i - 1] == JobId{live.follows}))
        << "overtook its chain";
    live.running = true;
    const uint64_t usual_ns = live.job.units * clients_[live.client].unit_ns;
    const uint64_t took_ns = usual_ns * 4 / 5 + draw(usual_ns * 2 / 5);
    sent.measured.push_back({live.job.id, took_ns});
    sent.total_ns += took_ns;
  }
  device_.push_back(sent);
  EXPECT_LE(device_.size(), limits_.batches_in_flight);
  if (device_.size() == 1) begin_next_batch();
}

void Simulation::begin_next_batch() {
  if (device_.empty()) return;
  const SentBatch& first = device_.front();
  for (const JobId id : first.batch.jobs) {
    const Job& job = jobs_.at(id).job;
    uint64_t& longest = outcome_.longest_wait_ns[static_cast<size_t>(job.priority_class)];
    longest = std::max(longest, now_ns_ - job.arrival_ns);
  }
  at(now_ns_ + first.total_ns, Event::Kind::kBatchEnds, static_cast<uint64_t>(first.batch.id));
}

void Simulation::end_batch(BatchId id) {
  if (device_.empty() || device_.front().batch.id != id) return;  // its worker was lost
  const SentBatch ended = device_.front();
  device_.pop_front();
  outcome_.longest_batch_ns = std::max(outcome_.longest_batch_ns, ended.total_ns);
  outcome_.busy_ns += ended.total_ns;
  for (const Measured& measured : ended.measured) {
    const Job job = jobs_.at(measured.job).job;
    outcome_.device_ns[static_cast<uint64_t>(job.client)] += measured.device_ns;
    outcome_.class_ns[static_cast<size_t>(job.priority_class)] += measured.device_ns;
    ++outcome_.finished;
    end_job(measured.job);
  }
  scheduler_.finished(id, ended.measured, now_ns_);
  begin_next_batch();
}

// The last member of a chain stands for the chain: with it the client goes on.
void Simulation::end_job(JobId id) {
  const LiveJob ended = jobs_.at(id);
  jobs_.erase(id);
  if (ended.job.chain != 0 && --chains_[ended.job.chain] > 0) return;
  const uint64_t pause_ns = clients_[ended.client].mean_pause_ns;
  at(now_ns_ + (pause_ns == 0 ? 0 : draw(2 * pause_ns)), Event::Kind::kSubmit, ended.client);
}

void Simulation::disturb_once() {
  if (now_ns_ >= until_ns_) return;
  at(now_ns_ + 1 + draw(2'000'000), Event::Kind::kDisturb, 0);
  if (draw(10) == 0) {
    lose(clients_[draw(clients_.size())].worker);
    return;
  }
  const JobId id{1 + draw(jobs_made_ + 1)};
  const auto place = jobs_.find(id);
  const bool queued = place != jobs_.end() && !place->second.running;
  EXPECT_EQ(scheduler_.cancel(id), queued);
  if (!queued) return;
  ++outcome_.cancelled;
  // Whoever followed it follows the one before it now.
  for (auto& [other, live] : jobs_)
    if (JobId{live.follows} == id) live.follows = place->second.follows;
  end_job(id);
}

void Simulation::lose(WorkerId worker) {
  if (!lost_workers_.insert(static_cast<uint64_t>(worker)).second) return;
  const bool first_ran = !device_.empty() && device_.front().batch.worker != worker;
  for (const JobId id : scheduler_.lose_worker(worker, now_ns_)) {
    EXPECT_TRUE(jobs_.contains(id) && jobs_.at(id).running) << "not what ran";
    ++outcome_.lost;
    end_job(id);
  }
  std::erase_if(device_, [&](const SentBatch& sent) { return sent.batch.worker == worker; });
  if (!first_ran) begin_next_batch();
  at(now_ns_ + 3'000'000, Event::Kind::kResume, static_cast<uint64_t>(worker));
}

}  // namespace geoneuron::policy
