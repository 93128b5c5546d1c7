// SPDX-License-Identifier: MIT
// Simulation: clients that submit, a scheduler, and one serial device that runs the batches it is
// sent in order; deterministic by seed. It checks as it goes what must hold at every moment.
#pragma once

#include <array>
#include <deque>
#include <queue>
#include <random>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "policy/scheduler.hpp"

namespace geoneuron::policy {

// Keeps `depth` jobs queued or running; with a pause after each that has ended.
struct SimulatedClient {
  uint64_t id = 0;
  UserId user{1};
  WorkerId worker{1};
  Class priority_class = Class::kNormal;
  std::vector<Signature> signatures = {1};  // one is drawn for each job
  uint64_t unit_ns = 50'000;                // what a unit takes, give or take a fifth
  uint32_t most_units = 1;
  uint32_t depth = 8;
  uint64_t mean_pause_ns = 0;
  uint64_t deadline_in_ns = 0;  // 0: none; else jobs that are late are dropped
  uint32_t longest_chain = 1;
};

class Simulation {
 public:
  struct Outcome {
    uint64_t admitted = 0, finished = 0, expired = 0, cancelled = 0, lost = 0;
    std::unordered_map<uint64_t, uint64_t> device_ns;  // by client
    std::array<uint64_t, kClasses> class_ns{};
    std::array<uint64_t, kClasses> longest_wait_ns{};  // from arrival to its batch's begin
    uint64_t longest_batch_ns = 0;
    uint64_t busy_ns = 0;
  };

  Simulation(const Limits& limits, std::vector<SimulatedClient> clients, uint64_t seed);

  // Now and then cancels a queued job, or loses a worker and resumes it a little later.
  void disturb() { disturbed_ = true; }
  // Until then clients submit; then what was admitted ends.
  Outcome run(uint64_t until_ns);

 private:
  struct Event {
    uint64_t time_ns = 0, order = 0;
    enum class Kind : uint8_t { kSubmit, kBatchEnds, kDisturb, kResume, kWake } kind{};
    uint64_t what = 0;  // client, batch or worker
    bool operator>(const Event& other) const {
      return std::tie(time_ns, order) > std::tie(other.time_ns, other.order);
    }
  };
  struct LiveJob {
    Job job;
    size_t client = 0;
    bool running = false;
    uint64_t follows = 0;  // the member of its chain before it; 0: none
  };
  struct SentBatch {
    Batch batch;
    std::vector<Measured> measured;
    uint64_t total_ns = 0;
  };

  void at(uint64_t time_ns, Event::Kind kind, uint64_t what);
  void handle(const Event& event);
  void submit(size_t client);
  void begin_next_batch();
  void send(const Batch& batch);
  void end_batch(BatchId id);
  void end_job(JobId id);
  void disturb_once();
  void lose(WorkerId worker);
  void decide();
  uint64_t draw(uint64_t below) {
    return std::uniform_int_distribution<uint64_t>(0, below - 1)(random_);
  }

  const Limits limits_;
  const std::vector<SimulatedClient> clients_;
  std::mt19937_64 random_;
  Scheduler scheduler_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  uint64_t now_ns_ = 0, until_ns_ = 0, events_made_ = 0, jobs_made_ = 0, wake_ns_ = 0;
  bool disturbed_ = false;
  std::unordered_map<JobId, LiveJob> jobs_;
  std::unordered_map<uint64_t, uint32_t> chains_;  // how many members are not over
  std::deque<SentBatch> device_;                   // the first one runs
  std::unordered_set<uint64_t> lost_workers_;
  Outcome outcome_;
};

}  // namespace geoneuron::policy
