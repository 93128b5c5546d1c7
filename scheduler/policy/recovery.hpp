// SPDX-License-Identifier: MIT
// Recovery: what becomes of the jobs that a lost worker had. All of them run again, in trials: one
// trial at a time, and nothing else in the worker meanwhile, so that a second loss has its culprit
// among a trial's jobs. A batch that had begun is suspect and tried in halves, and a half that is
// lost in halves again, until a job is lost by itself; that is a strike for it, and with the last
// strike it is guilty. So no job fails for what another one did, however many are guilty.
//
// A batch of n jobs with g guilty ones takes at most 1 + g (2 ceil(log2 n) + strikes - 1) trials.
//
// Pure and deterministic, one thread at a time. The caller keeps the worker from other jobs until
// no trial is left (Scheduler::resume_worker).
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "policy/types.hpp"

namespace geoneuron::policy {

// A batch as it was when its worker was lost.
struct LostBatch {
  std::vector<JobId> jobs;
  // It may have been what the worker was lost by: it had begun, and nobody ended the worker from
  // outside. One that had not begun is innocent, and tried as a whole.
  bool suspect = true;
  // Members of one chain: what follows one runs after it, and is forgotten by the caller when it
  // fails.
  bool in_order = false;
};

class Recovery {
 public:
  explicit Recovery(uint32_t strikes = 2) : strikes_(strikes < 1 ? 1 : strikes) {}

  // The worker was lost with these batches, oldest first, or with those of them that are no trial.
  // A trial that ran there counts as a lost one that had begun, unless `blameless`: nobody gets a
  // strike then. Returns the jobs that are guilty: they are over, and never tried again.
  std::vector<JobId> lost(WorkerId worker, const std::vector<LostBatch>& batches, bool blameless);

  // The jobs of the next trial, which runs from now on: to be sent in one submission. Empty: one
  // runs already, or none is left.
  std::vector<JobId> begin_trial(WorkerId worker);
  // The trial's submission came back, whatever its jobs' results.
  void passed(WorkerId worker);
  // The job is not to run again: cancelled, expired, or behind one that failed in its chain.
  void forget(WorkerId worker, JobId job);

  // Whether trials are left, or one runs.
  bool busy(WorkerId worker) const { return workers_.contains(worker); }

 private:
  struct Group {
    std::vector<JobId> jobs;
    bool in_order = false;
    uint32_t strikes = 0;  // of its one job
  };
  struct Worker {
    std::list<Group> waiting;
    Group trial;
    bool running = false;
  };

  // Sorts what is suspect into halves, or the guilty.
  void suspect(Worker& worker, Group group, std::vector<JobId>& guilty);
  static void wait(Worker& worker, Group group, bool next);
  void drop_if_idle(WorkerId worker);

  const uint32_t strikes_;
  std::unordered_map<WorkerId, Worker> workers_;  // those that are busy
};

}  // namespace geoneuron::policy
