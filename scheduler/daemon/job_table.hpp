// SPDX-License-Identifier: MIT
// JobTable: the ledger of the daemon. Every command that it takes gets exactly one answer, unless
// its context goes first. It asks the policy what runs when, and does no input or output itself.
// One thread.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <variant>
#include <vector>

#include "daemon/command_sink.hpp"
#include "daemon/job.hpp"
#include "policy/scheduler.hpp"
#include "policy/spare_nodes.hpp"

namespace geoneuron::daemon {

struct ContextInfo {
  uint64_t id = 0;
  uid_t user = 0;
  pid_t pid = 0;
  uint32_t highest_class = 0;
};

// Of a command that the daemon took and has not begun, and never will: whoever has it in his ledger
// may have it run elsewhere.
struct NotBegun {
  uint64_t command_id = 0;
};

struct Answer {
  uint64_t context = 0;
  std::variant<geoneuron_completion, geoneuron_cancel, NotBegun> what;
};

class JobTable : public CommandSink {
 public:
  // Where a job runs, and what the daemon answers itself.
  class Surroundings {
   public:
    virtual ~Surroundings() = default;
    // Whether the daemon completes the job itself, when its turn in its chain has come: it breaks a
    // rule of commands.h, or asks about the daemon. Once for each job.
    virtual bool is_local(Job& job) = 0;
    virtual Outcome answer(const Job& job) = 0;
    // The device that the command names, and the worker that serves it for this user.
    virtual policy::DeviceId device_of(const Job& job) = 0;
    virtual policy::WorkerId worker_of(policy::DeviceId device, uid_t user) = 0;
    // The client of a job that is with its worker wants its end.
    virtual void ask_cancel(policy::WorkerId worker, uint64_t job) = 0;
  };

  JobTable(policy::Scheduler& scheduler, Surroundings& surroundings)
      : scheduler_(&scheduler), surroundings_(&surroundings) {}

  void add_context(const ContextInfo& info);
  // What waits is forgotten; what runs ends with nobody to tell.
  void remove_context(uint64_t context);

  uint64_t next_command_id() override { return ++last_id_; }
  void submit(uint64_t context, Group group) override;
  void submit_piece(uint64_t context, Group group, const Piece& piece) override;
  void end_chain(uint64_t chain) override;
  void cancel_job(uint64_t job) override;
  void cancel(uint64_t context, const geoneuron_cancel& ask) override;

  // The time at which everything until the next call happens.
  void set_now(uint64_t now_ns) { now_ns_ = now_ns; }
  // What was submitted and is not sent is answered NotBegun, and so is all that comes.
  void drain();

  // The batch's jobs, in order, as sent. Ids of jobs that are no more are left out.
  std::vector<const Job*> begin(const policy::Batch& batch);
  // -ETIME.
  void expire(const std::vector<policy::JobId>& jobs);
  // A job that was sent has ended. False: it was not sent to that worker.
  bool finish(policy::WorkerId worker, uint64_t job, const Outcome& outcome);
  // What the worker ran ends with `outcome`.
  void lose_worker(policy::WorkerId worker, const Outcome& outcome);
  // What waits for the worker ends with `outcome`.
  void fail_waiting(policy::WorkerId worker, const Outcome& outcome);

  // Those since the last call, in order, in place of what is in `answers`.
  void take_answers(std::vector<Answer>& answers) {
    answers.clear();
    answers.swap(answers_);
  }

  size_t jobs() const { return jobs_.size(); }
  size_t sent() const { return sent_; }
  // Of a command of the context that failed; nothing where it is not remembered.
  std::optional<std::string> failure(uint64_t context, uint64_t command) const;
  std::vector<ContextInfo> contexts() const;

 private:
  struct Chain {
    std::vector<uint64_t> members;  // in order, all of them
    size_t next = 0;                // the first that neither the policy nor anybody has seen
    size_t left = 0;                // without an answer
    policy::DeviceId device{};      // of its members, once one of them has named it
    bool open = false;              // more members may come
    bool failed = false;            // what waited of it has ended
  };
  struct Context {
    ContextInfo info;
    std::set<uint64_t> jobs;
    std::deque<std::pair<uint64_t, std::string>> failures;  // the last ones
  };
  struct RunningBatch {
    policy::WorkerId worker{};
    size_t left = 0;
    std::vector<policy::Measured> measured;
  };

  using Jobs = std::unordered_map<uint64_t, Job>;  // its elements stay where they are

  Job* find(uint64_t job);
  void erase(uint64_t job);
  void take(uint64_t context, Group group, const Piece& piece);
  uint64_t add(uint64_t context, Accepted accepted, uint64_t chain);
  // Decides on the device of each job of a group; `shared` is its chain's.
  void place(const std::vector<uint64_t>& ids, policy::DeviceId& shared);
  // Hands on what may go on of the chain.
  void advance(uint64_t chain);
  // Answers the job itself, or gives it to the policy.
  void proceed(Job& job);
  void hand_to_policy(Job& job);
  // The one place where a command gets its completion; the job is gone afterwards. A failure fails
  // the rest of its chain.
  void answer(Job& job, const Outcome& outcome);
  void post(uint64_t context, const Accepted& accepted, const Outcome& outcome);
  void fail_chain(Chain& chain, const std::string& reason);
  // Ends one that waits, or asks for the end of one that runs.
  void end(Job& job, const Outcome& outcome);
  // It must wait.
  void leave(Job& job);
  void leave(uint64_t context, const Group& group);
  void leave_batch(const Job& job, uint64_t device_ns);

  policy::Scheduler* scheduler_;
  Surroundings* surroundings_;
  uint64_t now_ns_ = 0;
  uint64_t last_id_ = 0;
  bool draining_ = false;
  size_t sent_ = 0;
  Jobs jobs_;
  policy::SpareNodes<Jobs> spare_jobs_{1024};
  std::unordered_map<uint64_t, Chain> chains_;
  std::unordered_map<uint64_t, Context> contexts_;
  std::unordered_map<uint64_t, RunningBatch> batches_;
  std::vector<Answer> answers_;
};

}  // namespace geoneuron::daemon
