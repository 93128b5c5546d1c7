// SPDX-License-Identifier: MIT
// Scheduler: decides which jobs go to which worker, when, and together with which others. Pure:
// no clock, fd or thread; what happens is told to it, with the time, and it answers what to do.
// Deterministic. One thread at a time.
#pragma once

#include <memory>

#include "policy/distribution.hpp"
#include "policy/types.hpp"

namespace geoneuron::policy {

// Why a job is not admitted; the caller answers with this errno.
enum class Admission : uint8_t {
  kAdmitted,
  kClientQuota,  // -EDQUOT
  kUserQuota,    // -EDQUOT
  kFull,         // -EDQUOT: Limits::jobs
  // -ETIME: drop_late, and the deadline has come, or what was measured for its signature says that
  // it would end past it even if begun now.
  kTooLate,
};

// Of one finished job, as its worker measured it.
struct Measured {
  JobId job{};
  uint64_t device_ns = 0;  // its share of its batch; 0: it did not run, and teaches nothing
};

class Scheduler {
 public:
  explicit Scheduler(const Limits& limits);
  ~Scheduler();

  void add_client(ClientId client, UserId user);
  // Forgets the client and its queued jobs; running ones end by `finished` as ever.
  void remove_client(ClientId client);

  // The client must have been added; the id must be new (both asserted).
  Admission submit(const Job& job, uint64_t now_ns);
  // Forgets a queued job: true. A running or unknown one: false. Those that follow it in its chain
  // stay: who cancels a chain begins at its end.
  bool cancel(JobId job);

  // The batch has ended, with what each of its jobs took; one that is not named did not run.
  // Unknown batches and jobs are ignored.
  void finished(BatchId batch, const std::vector<Measured>& jobs, uint64_t now_ns);
  // The worker is gone: its running batches end unmeasured; its jobs that ran are returned, and
  // forgotten, and the queued ones wait for resume_worker.
  std::vector<JobId> lose_worker(WorkerId worker, uint64_t now_ns);
  // The worker takes jobs again, or for the first time: until then its jobs wait.
  void resume_worker(WorkerId worker);

  // What to do at this moment.
  Decision decide(uint64_t now_ns);

  struct ClientUsage {
    ClientId client{};
    uint64_t device_ns = 0;  // measured so far
    uint32_t queued = 0, running = 0;
    uint64_t submitted = 0, finished = 0;
    Class last_class{};  // of the job that it submitted last
  };
  struct ClassUsage {
    uint32_t queued = 0, running = 0;
    uint64_t finished = 0, expired = 0, device_ns = 0;
  };
  struct DeviceUsage {
    uint32_t in_flight = 0;                         // batches
    uint64_t batches = 0, jobs = 0, device_ns = 0;  // of those that have ended
    uint64_t longest_batch_ns = 0;                  // what an urgent job may have to wait for
    Distribution batch_jobs, batch_ns;
  };
  struct CostRow {
    Signature signature = 0;
    DeviceId device{};
    uint64_t predicted_ns = 0;  // per unit times 2^16
    double error = 0;           // mean of |measured - predicted| / predicted
    uint64_t measured = 0;      // how often
  };
  std::vector<ClientUsage> clients() const;
  ClassUsage class_usage(Class priority_class) const;
  std::vector<CostRow> costs() const;
  DeviceUsage device_usage(DeviceId device) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace geoneuron::policy
