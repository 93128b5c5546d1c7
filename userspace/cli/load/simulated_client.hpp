// SPDX-License-Identifier: MIT
// SimulatedClient: one connection that sends a plan's jobs and times them. prepare() and run()
// belong to one thread; outcome() to any.
#pragma once

#include <atomic>
#include <deque>
#include <geoneuron/geoneuron.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/load/job_maker.hpp"
#include "cli/load/latencies.hpp"
#include "cli/load/load_plan.hpp"

namespace geoneuron::cli::load {

struct ClientOutcome {
  // Of the jobs that succeeded, from when each was due until its client knew.
  Latencies latencies;
  uint64_t late = 0;     // done after their deadline
  uint64_t dropped = 0;  // not begun, as their deadline had passed
  uint64_t failed = 0;
  std::string first_failure;
  uint64_t begin_ns = 0, end_ns = 0;  // of the first job, and of the last completion

  uint64_t done() const { return latencies.count(); }
  uint64_t missed() const { return late + dropped; }
};

class SimulatedClient {
 public:
  // `socket`: "" is by the kernel. `number` of `count` clients of the plan: their streams are
  // spread over a period.
  SimulatedClient(const LoadPlan& plan, std::string socket, uint32_t number, uint32_t count)
      : plan_(plan), socket_(std::move(socket)), number_(number), count_(count) {}

  // Connects, loads, makes buffers.
  Result<void> prepare();
  // Until the plan is fulfilled, or `stop` is set; then waits for what is under way.
  void run(uint64_t start_ns, const std::atomic<bool>& stop);

  const LoadPlan& plan() const { return plan_; }
  ClientOutcome outcome() const;

 private:
  bool may_submit(uint64_t now, const std::atomic<bool>& stop) const;
  Result<void> submit_due(uint64_t now, const std::atomic<bool>& stop);
  Result<void> wait(uint64_t now, const std::atomic<bool>& stop);
  Result<void> reap();
  void complete(const geoneuron_completion& completion, uint64_t now);
  void end_job(Seat& seat, uint64_t now);
  std::string sentence_of(const geoneuron_completion& completion) const;
  uint64_t due_ns(uint64_t job) const;

  const LoadPlan plan_;
  const std::string socket_;
  const uint32_t number_, count_;
  std::optional<client::Connection> connection_;
  std::optional<JobMaker> maker_;
  std::vector<Seat> seats_;
  std::vector<size_t> free_;
  uint64_t start_ns_ = 0;
  uint64_t submitted_ = 0;
  bool has_told_failure_ = false;
  mutable std::mutex mutex_;  // outcome_, between run() and who asks meanwhile
  ClientOutcome outcome_;
};

}  // namespace geoneuron::cli::load
