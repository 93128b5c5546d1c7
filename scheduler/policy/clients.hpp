// SPDX-License-Identifier: MIT
// Clients: who has jobs, how many, and whether there is room for one more.
#pragma once

#include <list>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policy/flow.hpp"
#include "policy/job_record.hpp"
#include "policy/scheduler.hpp"
#include "policy/types.hpp"

namespace geoneuron::policy {

struct Client {
  ClientId id{};
  UserId user{};
  bool removed = false;  // lives on for its running jobs
  uint64_t device_ns = 0;
  uint64_t submitted = 0, finished = 0;
  Class last_class{};
  uint32_t running = 0;
  std::list<JobRecord*> jobs;  // queued and running
  std::map<std::pair<DeviceId, Class>, Flow> flows;
};

class Clients {
 public:
  explicit Clients(const Limits& limits) : limits_(limits) {}

  void add(ClientId id, UserId user);
  // nullptr: there is none, or it was removed.
  Client* find(ClientId id);
  // Its queued jobs are gone; it goes with the last running one.
  void remove(Client& client);

  Admission room_for_one(const Client& client) const;
  void count(Client& client, JobRecord& job);
  // May be the end of a removed client.
  void discount(JobRecord& job);

  Flow& flow(Client& client, FairQueue& queue, const Job& job);
  std::vector<Scheduler::ClientUsage> usage() const;

 private:
  struct User {
    uint32_t clients = 0, jobs = 0;
  };

  void drop_if_over(Client& client);

  const Limits limits_;
  std::list<JobRecord*> spare_;  // entries for the next jobs; never more than there were jobs
  std::unordered_map<ClientId, Client> clients_;
  std::unordered_map<UserId, User> users_;
  uint32_t jobs_ = 0;
  uint64_t flows_made_ = 0;
};

}  // namespace geoneuron::policy
