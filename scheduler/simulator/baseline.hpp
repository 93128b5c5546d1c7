// SPDX-License-Identifier: MIT
// Baseline: textbook rules that decide which job is next. All else is as in the daemon's policy,
// so that a comparison tells of the rule alone: costs are learned alike, as many batches are in
// flight, and the jobs of one signature and class that the rule ranks next share a batch.
#pragma once

#include <list>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "policy/costs.hpp"
#include "simulator/dispatcher.hpp"

namespace geoneuron::simulator {

enum class Rule : uint8_t {
  kFifo,
  kRoundRobin,         // over clients
  kStrictPriority,     // by class, then first come first served
  kEarliestDueDate,    // what has none comes last
  kVirtualRuntime,     // over clients, weighted by class, as Linux' fair scheduler did
  kApparentTardiness,  // Vepsalainen and Morton, 1987; weighted by class
};

class Baseline : public Dispatcher {
 public:
  Baseline(const policy::Limits& limits, Rule rule)
      : limits_(limits), rule_(rule), costs_(limits) {}

  void add_client(policy::ClientId client, policy::UserId) override { clients_[client] = {}; }
  bool submit(const DispatchedJob& job, uint64_t now_ns) override;
  bool cancel(policy::JobId job) override;
  void finished(policy::BatchId batch, const std::vector<policy::Measured>& jobs,
                uint64_t now_ns) override;
  std::vector<policy::JobId> lose_worker(policy::WorkerId worker, uint64_t now_ns) override;
  void resume_worker(policy::WorkerId worker) override { up_.insert(worker); }
  policy::Decision decide(uint64_t now_ns) override;

 private:
  struct Waiting {
    policy::Job job;
    uint64_t order = 0;
    bool running = false;
  };
  struct Client {
    uint64_t last_turn = 0;
    double virtual_ns = 0;
    uint32_t jobs = 0;
  };
  // Jobs that could share a batch, of one client.
  using LaneKey = std::tuple<policy::DeviceId, policy::WorkerId, policy::Signature, policy::Class,
                             policy::ClientId>;
  using Lanes = std::map<LaneKey, std::map<uint64_t, policy::JobId>>;  // by order of submission

  static LaneKey lane_of(const policy::Job& job) {
    return {job.device, job.worker, job.signature, job.priority_class, job.client};
  }
  double rank(const Waiting& waiting, uint64_t now_ns) const;
  Lanes::iterator best(policy::DeviceId device, const policy::Job* leader, uint64_t now_ns);
  bool send_one(policy::DeviceId device, uint64_t now_ns, policy::Decision& decision);
  void take(policy::Batch& batch, Waiting& waiting);
  void make_ready(Waiting& waiting);
  void withdraw(const Waiting& waiting);
  void forget(policy::JobId id);

  const policy::Limits limits_;
  const Rule rule_;
  policy::Costs costs_;
  uint64_t jobs_made_ = 0, batches_made_ = 0, turns_ = 0;
  std::unordered_map<policy::ClientId, Client> clients_;
  std::unordered_map<policy::JobId, Waiting> jobs_;
  std::unordered_map<uint64_t, std::list<policy::JobId>> chains_;
  std::set<std::pair<uint64_t, policy::JobId>> expiry_;
  Lanes lanes_;
  std::map<policy::BatchId, policy::Batch> running_;
  std::map<policy::DeviceId, uint32_t> in_flight_;
  std::set<policy::WorkerId> up_;
};

}  // namespace geoneuron::simulator
