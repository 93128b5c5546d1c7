// SPDX-License-Identifier: MIT
// Workers: the processes that serve one device for one user each: started when there is something
// to do, watched, restarted when they die, and ended when their user has gone. One thread.
#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "daemon/job.hpp"
#include "daemon/loop.hpp"
#include "daemon/worker_link.hpp"
#include "policy/types.hpp"

namespace geoneuron::daemon {

struct WorkerLimits {
  uint64_t patience_ns =
      120'000'000'000;                // a worker with jobs that replies nothing for as long hangs
  uint64_t idle_ns = 30'000'000'000;  // how long one outlives its user's last context
  uint64_t stop_ns = 10'000'000'000;  // to end when told to
  WorkerMemory memory;                // of those that start from now on
};

class Workers {
 public:
  struct Options {
    WorkerProgram program;
    Fences fences;
    WorkerLimits limits;
  };
  Workers(Loop& loop, const Options& options) : loop_(&loop), options_(options) {}
  ~Workers();

  // Their ids; DeviceId counts from 1. Once, before any worker is asked for.
  void set_devices(const std::vector<std::string>& devices) { devices_ = devices; }
  void set_limits(const WorkerLimits& limits) { options_.limits = limits; }

  // The one for that device and user; it is started if it is not there.
  policy::WorkerId worker_of(policy::DeviceId device, uid_t user);

  // Events of kWorker*.
  void handle(const Event& event);

  struct Ready {
    policy::WorkerId worker{};
  };
  struct Replied {
    policy::WorkerId worker{};
    ring::Reply reply;
  };
  struct Lost {
    policy::WorkerId worker{};
    Outcome outcome;        // of what it ran
    bool hopeless = false;  // it could not even start: of what waits for it, too
  };
  using Report = std::variant<Ready, Replied, Lost>;
  // What has happened since the last call, in order, in place of what is in `reports`.
  void take_reports(std::vector<Report>& reports) {
    reports.clear();
    reports.swap(reports_);
  }

  // Sends one batch. Returns the jobs that cannot be sent, with why.
  std::vector<std::pair<uint64_t, Outcome>> send(policy::WorkerId worker,
                                                 const std::vector<const Job*>& jobs);
  void ask_cancel(policy::WorkerId worker, uint64_t job);
  void context_gone(uint64_t context, uid_t user);
  void buffer_gone(uint64_t buffer, uid_t user);
  void user_came(uid_t user);
  void user_left(uid_t user);
  // It broke a rule of the protocol.
  void kill(policy::WorkerId worker, const std::string& reason);

  // What time brings: starts, ends and kills what is due.
  void tick(uint64_t now);
  // Sends what is queued.
  void flush();
  // When to call tick again if nothing happens before; 0: no need.
  uint64_t wake_ns() const;

  // Tells all to end.
  void stop_all();
  bool empty() const { return slots_.empty(); }

  struct Row {
    policy::WorkerId worker{};
    policy::DeviceId device{};
    uid_t user = 0;
    pid_t pid = 0;  // 0: not running
    uint64_t starts = 0, running = 0, resident_bytes = 0;
    std::string serves_with;  // what it said when it was ready
  };
  std::vector<Row> rows() const;

 private:
  struct Slot {
    policy::WorkerId id{};
    policy::DeviceId device{};
    uid_t user = 0;
    std::unique_ptr<WorkerLink> link;  // none while it does not run
    uint64_t generation = 0;           // of the link, in its tokens
    bool wanted = false;               // to be started
    bool ready = false;
    bool stopping = false;
    bool waits_for_room = false;
    bool changed = false;  // something is queued
    std::string killed_because;
    std::string serves_with;
    std::unordered_set<uint64_t> running;
    uint64_t starts = 0, resident_bytes = 0;
    uint64_t progress_ns = 0;     // last sign of life while it runs jobs
    uint64_t not_before_ns = 0;   // of its next start
    uint64_t idle_since_ns = 0;   // its user has gone; 0: has not
    uint64_t stop_ns = 0;         // to be killed then
    uint64_t retry_ns = 0;        // its ring was full
    std::deque<uint64_t> deaths;  // times of the last ones
  };

  Slot* find(policy::WorkerId worker);
  Slot* find(const Token& token);
  Token token(Source source, const Slot& slot) const;
  void start(Slot& slot, uint64_t now);
  void became_ready(Slot& slot, const Event& event);
  void take_replies(Slot& slot);
  void ended(Slot& slot);
  void note_death(Slot& slot, uint64_t now);
  void stop(Slot& slot, uint64_t now);
  void kill(Slot& slot, const std::string& reason);
  void flush(Slot& slot);
  uint64_t due(const Slot& slot) const;

  Loop* loop_;
  Options options_;
  std::vector<std::string> devices_;
  uint64_t next_id_ = 1, next_generation_ = 1;
  bool ending_ = false;
  std::map<std::pair<policy::DeviceId, uid_t>, std::unique_ptr<Slot>> slots_;
  std::unordered_map<uint64_t, Slot*> by_generation_;
  std::vector<Report> reports_;
  std::vector<ring::Reply> replies_;  // room for those that are being taken
};

}  // namespace geoneuron::daemon
