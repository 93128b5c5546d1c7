// SPDX-License-Identifier: MIT
// Simulator: runs a workload on simulated devices under a dispatcher, event by event, in integer
// nanoseconds. Deterministic by seed. What workers lose is tried again by policy::Recovery, and
// guilty clients are banned by policy::Bans, as in the daemon. One thread.
#pragma once

#include <map>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "policy/bans.hpp"
#include "policy/recovery.hpp"
#include "simulator/device.hpp"
#include "simulator/dispatcher.hpp"
#include "simulator/outcome.hpp"
#include "simulator/request_maker.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

class Simulator {
 public:
  struct Options {
    uint64_t seed = 1;
    bool keep_trace = false;  // Outcome::batches and jobs
    policy::BanLimits bans;
  };

  // All of them outlive the simulator.
  Simulator(const Workload& workload, Dispatcher& dispatcher, const Options& options);

  Outcome run();

 private:
  struct Event {
    uint64_t time_ns = 0, order = 0;
    enum class Kind : uint8_t { kArrive, kDevice, kRespawn, kWake } kind{};
    uint64_t what = 0;  // stream (or, beyond, a job of the trace), device or worker
    bool operator>(const Event& other) const {
      return std::tie(time_ns, order) > std::tie(other.time_ns, other.order);
    }
  };
  struct LiveJob {
    MadeJob made;
    size_t request = 0;
    bool running = false, in_trial = false;
    policy::JobId before{}, next{};  // in its chain; 0: none
  };

  // simulator.cpp: events, arrivals, decisions, ends.
  void connect(size_t stream);
  void at(uint64_t time_ns, Event::Kind kind, uint64_t what);
  void handle(const Event& event);
  void arrive(size_t stream);
  void request(size_t stream, const std::vector<MadeJob>& jobs);
  void trace(size_t stream, const std::vector<MadeJob>& jobs);
  bool submit(const std::vector<MadeJob>& jobs);
  void decide();
  void end_job(policy::JobId id, End how);
  void end_request(size_t index, End how);
  void complain(const char* what, policy::JobId job);

  // simulator_batches.cpp: what runs, ends, and is lost.
  void send(const policy::Batch& batch, bool trial);
  void check(const policy::Batch& batch, size_t place, const LiveJob& live, bool trial);
  SentBatch sized(const policy::Batch& batch);
  void doom(SentBatch& sent);
  void watch(policy::DeviceId id);
  void go_on(policy::DeviceId id);
  void end_batch(const SentBatch& sent);
  void record(const SentBatch& sent, bool lost);
  void lose_for(const SentBatch& culprit);
  void lose(policy::WorkerId worker, policy::DeviceId device, bool blameless);
  void fail(policy::WorkerId worker, policy::JobId id);
  void try_next(policy::WorkerId worker);
  SimulatedDevice& device(policy::DeviceId id);

  const Workload& workload_;
  Dispatcher& dispatcher_;
  const Options options_;
  RequestMaker maker_;
  Random faults_;
  policy::Recovery recovery_;
  policy::Bans bans_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  uint64_t now_ns_ = 0, events_made_ = 0, wake_ns_ = 0;
  std::unordered_map<policy::JobId, LiveJob> jobs_;
  std::vector<uint32_t> jobs_left_;  // of each request
  std::map<policy::DeviceId, SimulatedDevice> devices_;
  std::map<policy::DeviceId, uint64_t> watched_ns_;
  std::map<policy::WorkerId, policy::DeviceId> workers_;
  std::unordered_set<policy::WorkerId> down_, respawning_;
  std::unordered_set<policy::ClientId> known_;
  std::vector<policy::ClientId> clients_;  // of the streams, as they are connected now
  uint64_t clients_made_ = 1'000'000;
  Outcome outcome_;
};

}  // namespace geoneuron::simulator
