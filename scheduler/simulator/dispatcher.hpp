// SPDX-License-Identifier: MIT
// Dispatcher: what decides which jobs are sent when. The daemon's policy is one, and each of those
// that it is compared with. The contract is that of policy::Scheduler, and so are the words.
#pragma once

#include <vector>

#include "policy/scheduler.hpp"

namespace geoneuron::simulator {

struct DispatchedJob {
  policy::Job job;
  uint64_t model = 0;
};

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;

  virtual void add_client(policy::ClientId client, policy::UserId user) = 0;
  // Whether it is admitted.
  virtual bool submit(const DispatchedJob& job, uint64_t now_ns) = 0;
  virtual bool cancel(policy::JobId job) = 0;
  virtual void finished(policy::BatchId batch, const std::vector<policy::Measured>& jobs,
                        uint64_t now_ns) = 0;
  virtual std::vector<policy::JobId> lose_worker(policy::WorkerId worker, uint64_t now_ns) = 0;
  virtual void resume_worker(policy::WorkerId worker) = 0;
  virtual policy::Decision decide(uint64_t now_ns) = 0;
};

// The policy that the daemon runs.
class DaemonPolicy : public Dispatcher {
 public:
  explicit DaemonPolicy(const policy::Limits& limits) : scheduler_(limits) {}

  void add_client(policy::ClientId client, policy::UserId user) override {
    scheduler_.add_client(client, user);
  }
  bool submit(const DispatchedJob& job, uint64_t now_ns) override {
    return scheduler_.submit(job.job, now_ns) == policy::Admission::kAdmitted;
  }
  bool cancel(policy::JobId job) override { return scheduler_.cancel(job); }
  void finished(policy::BatchId batch, const std::vector<policy::Measured>& jobs,
                uint64_t now_ns) override {
    scheduler_.finished(batch, jobs, now_ns);
  }
  std::vector<policy::JobId> lose_worker(policy::WorkerId worker, uint64_t now_ns) override {
    return scheduler_.lose_worker(worker, now_ns);
  }
  void resume_worker(policy::WorkerId worker) override { scheduler_.resume_worker(worker); }
  policy::Decision decide(uint64_t now_ns) override { return scheduler_.decide(now_ns); }

 private:
  policy::Scheduler scheduler_;
};

}  // namespace geoneuron::simulator
