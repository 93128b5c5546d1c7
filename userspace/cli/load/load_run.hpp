// SPDX-License-Identifier: MIT
// LoadRun: simulated clients, each on a connection and thread of its own, that begin together.
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "cli/load/load_plan.hpp"
#include "cli/load/simulated_client.hpp"

namespace geoneuron::cli::load {

// What several clients did together: those of a class, or of one entry of a job file.
struct GroupOutcome {
  std::string name;
  uint32_t clients = 0;
  uint64_t late = 0, dropped = 0, failed = 0;
  Latencies latencies;
  std::string first_failure;
  double seconds = 0;         // from the first job to the last completion
  std::vector<double> rates;  // of each client: jobs done a second

  uint64_t done() const { return latencies.count(); }
  uint64_t missed() const { return late + dropped; }
  double rate() const { return seconds > 0 ? static_cast<double>(done()) / seconds : 0; }
};

class LoadRun {
 public:
  // Every client connects to the daemon at `socket` and prepares. Errors: those of the first that
  // cannot.
  static Result<std::unique_ptr<LoadRun>> prepare(const std::vector<LoadPlan>& plans,
                                                  const std::string& socket);
  ~LoadRun();  // stops

  // The clients begin now.
  void begin();
  // They submit no more.
  void stop() { stop_ = true; }
  bool is_over() const { return running_ == 0; }
  // Waits for the end of all, or for `patience_ns`.
  bool wait(uint64_t patience_ns);

  // So far, or in all: by plan in their order; by class, those that have clients, the lowest first.
  std::vector<GroupOutcome> by_plan() const;
  std::vector<GroupOutcome> by_class() const;

 private:
  explicit LoadRun(const std::vector<LoadPlan>& plans, const std::string& socket);
  void live(SimulatedClient& client);
  GroupOutcome group(const std::string& name, const std::vector<size_t>& clients) const;

  std::vector<LoadPlan> plans_;
  std::vector<size_t> plan_of_;  // of each client
  std::vector<std::unique_ptr<SimulatedClient>> clients_;
  std::atomic<size_t> preparing_ = 0, running_ = 0;
  std::atomic<uint64_t> start_ns_ = 0;  // 0: not yet
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;  // error_, between the clients' threads
  std::optional<Error> error_;
  std::vector<std::jthread> threads_;
};

}  // namespace geoneuron::cli::load
