// SPDX-License-Identifier: MIT
// Steps: a scheduler, a clock that stands still unless told, and a device on which every job takes
// 100 us per unit unless told otherwise: what tests of policy do, in one line each.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "policy/scheduler.hpp"

namespace geoneuron::policy {

inline constexpr DeviceId kDevice{1};
inline constexpr WorkerId kWorker{1};

inline std::vector<JobId> ids(std::initializer_list<uint64_t> numbers) {
  std::vector<JobId> result;
  for (const uint64_t number : numbers) result.push_back(JobId{number});
  return result;
}

inline std::vector<std::vector<JobId>> batches(
    std::initializer_list<std::initializer_list<uint64_t>> numbers) {
  std::vector<std::vector<JobId>> result;
  for (const auto& batch : numbers) result.push_back(ids(batch));
  return result;
}

// A job of the first client with the given id, to change before it is submitted.
inline Job job_of(uint64_t id, uint64_t client = 1, Signature signature = 1) {
  Job job;
  job.id = JobId{id};
  job.client = ClientId{client};
  job.device = kDevice;
  job.worker = kWorker;
  job.signature = signature;
  return job;
}

class Steps {
 public:
  // Clients 1 to 4; users 1 and 2 have two each.
  explicit Steps(const Limits& limits = {}) : scheduler(limits) {
    for (uint64_t i = 1; i <= 4; ++i) scheduler.add_client(ClientId{i}, UserId{(i + 1) / 2});
    scheduler.resume_worker(kWorker);
  }

  Admission submit(const Job& job) { return scheduler.submit(job, now_ns); }
  Decision decide() { return scheduler.decide(now_ns); }

  // The jobs of each batch that is sent now; they are in flight from here on.
  std::vector<std::vector<JobId>> send() {
    std::vector<std::vector<JobId>> jobs;
    for (const Batch& batch : decide().batches) {
      in_flight.push_back(batch);
      jobs.push_back(batch.jobs);
    }
    return jobs;
  }

  // A batch in flight ends, the oldest unless told; each of its jobs took this long.
  void finish(uint64_t job_ns = 100'000, size_t which = 0) {
    ASSERT_LT(which, in_flight.size());
    const Batch batch = in_flight[which];
    in_flight.erase(in_flight.begin() + static_cast<ptrdiff_t>(which));
    std::vector<Measured> measured;
    for (const JobId job : batch.jobs) measured.push_back({job, job_ns});
    now_ns += job_ns * measured.size();
    scheduler.finished(batch.id, measured, now_ns);
  }

  // Until nothing is left, each job taking this long.
  void drain(uint64_t job_ns = 100'000) {
    while (!send().empty() || !in_flight.empty()) finish(job_ns);
  }

  // Runs enough jobs of the signature to trust batches of 64, each job taking this long. They are
  // those of a client that then goes.
  void teach(Signature signature, uint64_t job_ns = 100'000) {
    const ClientId teacher{1000 + signature};
    scheduler.add_client(teacher, UserId{1000});
    for (int round = 0; round < 8; ++round) {
      for (uint64_t i = 0; i < 64; ++i)
        submit(job_of(++taught, static_cast<uint64_t>(teacher), signature));
      drain(job_ns);
    }
    scheduler.remove_client(teacher);
  }

  Scheduler scheduler;
  std::vector<Batch> in_flight;
  uint64_t now_ns = 1'000'000'000;
  uint64_t taught = 1'000'000;  // ids of jobs that teach
};

}  // namespace geoneuron::policy
