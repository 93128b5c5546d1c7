// SPDX-License-Identifier: MIT
// Policy: what it costs to decide, per thousand jobs of 64 clients that replace each job that ends:
// submitted, sent, ended, and their time accounted for. 1 ms is 1 us a job.
#include <deque>

#include "bench/pair.hpp"
#include "policy/scheduler.hpp"

namespace geoneuron::bench {
namespace {

constexpr uint64_t kClients = 64;
constexpr uint64_t kJobs = 1000;

class Load {
 public:
  Load(uint64_t waiting, uint64_t signatures, uint32_t jobs_per_batch)
      : scheduler_({.jobs_per_batch = jobs_per_batch}), signatures_(signatures) {
    for (uint64_t i = 0; i < kClients; ++i) {
      scheduler_.add_client(policy::ClientId{i}, policy::UserId{i / 8});
      scheduler_.resume_worker(policy::WorkerId{1});
    }
    for (uint64_t i = 0; i < waiting; ++i) submit(i % kClients);
    send();
  }

  Result<void> run(uint64_t jobs) {
    for (uint64_t ended = 0; ended < jobs;) {
      if (in_flight_.empty()) return make_error(EIO, "policy: sent nothing while jobs wait");
      const policy::Batch batch = std::move(in_flight_.front());
      in_flight_.pop_front();
      ended += batch.jobs.size();
      end(batch);
      send();
    }
    return {};
  }

 private:
  // Ids tell the client; deadlines are in no order, as those of clients with several streams.
  void submit(uint64_t client) {
    policy::Job job;
    job.id = policy::JobId{++jobs_made_ * kClients + client};
    job.client = policy::ClientId{client};
    job.device = policy::DeviceId{1};
    job.worker = policy::WorkerId{1};
    job.signature = 1 + jobs_made_ % signatures_;
    job.arrival_ns = now_ns_;
    job.deadline_ns = now_ns_ + 10'000'000'000 + jobs_made_ * 7919 % 1'000'000;
    job.drop_late = true;
    scheduler_.submit(job, now_ns_);
  }

  void end(const policy::Batch& batch) {
    measured_.clear();
    for (const policy::JobId job : batch.jobs) measured_.push_back({job, 20'000});
    now_ns_ += 20'000 * batch.jobs.size();
    scheduler_.finished(batch.id, measured_, now_ns_);
    for (const policy::JobId job : batch.jobs) submit(static_cast<uint64_t>(job) % kClients);
  }

  void send() {
    for (policy::Batch& batch : scheduler_.decide(now_ns_).batches)
      in_flight_.push_back(std::move(batch));
  }

  policy::Scheduler scheduler_;
  uint64_t signatures_, jobs_made_ = 0, now_ns_ = 1;
  std::deque<policy::Batch> in_flight_;
  std::vector<policy::Measured> measured_;
};

void thousand_jobs(benchmark::State& state, const char* what, uint64_t waiting, uint64_t signatures,
                   uint32_t jobs_per_batch) {
  Load load(waiting, signatures, jobs_per_batch);
  measure_alone(state, {what, [&] { return load.run(kJobs); }}, {.ours_at_most_ms = 5});
}

BENCHMARK_CAPTURE(thousand_jobs, batches, "64 clients, 4,096 jobs wait", 4096, 1, 64)
    ->Apply(usual_pairs);
BENCHMARK_CAPTURE(thousand_jobs, signatures, "the same, of 16 signatures", 4096, 16, 64)
    ->Apply(usual_pairs);
BENCHMARK_CAPTURE(thousand_jobs, alone, "the same, one job a batch", 4096, 16, 1)
    ->Apply(usual_pairs);
BENCHMARK_CAPTURE(thousand_jobs, full, "64 clients, 65,536 jobs wait", 65536, 16, 64)
    ->Apply(usual_pairs);

}  // namespace
}  // namespace geoneuron::bench
