// SPDX-License-Identifier: MIT
#include "policy/clients.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace geoneuron::policy {

void Clients::add(ClientId id, UserId user) {
  const auto [place, is_new] = clients_.try_emplace(id);
  assert(is_new && "a client is added once");
  place->second.id = id;
  place->second.user = user;
  ++users_[user].clients;
}

Client* Clients::find(ClientId id) {
  const auto place = clients_.find(id);
  return place == clients_.end() || place->second.removed ? nullptr : &place->second;
}

void Clients::remove(Client& client) {
  client.removed = true;
  drop_if_over(client);
}

void Clients::drop_if_over(Client& client) {
  if (!client.removed || !client.jobs.empty()) return;
  const auto user = users_.find(client.user);
  if (--user->second.clients == 0) users_.erase(user);
  clients_.erase(ClientId(client.id));
}

Admission Clients::room_for_one(const Client& client) const {
  if (client.jobs.size() >= limits_.jobs_per_client) return Admission::kClientQuota;
  if (users_.at(client.user).jobs >= limits_.jobs_per_user) return Admission::kUserQuota;
  return jobs_ >= limits_.jobs ? Admission::kFull : Admission::kAdmitted;
}

void Clients::count(Client& client, JobRecord& job) {
  job.client = &client;
  if (spare_.empty()) spare_.emplace_back();
  client.jobs.splice(client.jobs.end(), spare_, spare_.begin());
  job.of_client = std::prev(client.jobs.end());
  *job.of_client = &job;
  ++users_.at(client.user).jobs;
  ++jobs_;
}

void Clients::discount(JobRecord& job) {
  Client& client = *job.client;
  spare_.splice(spare_.end(), client.jobs, job.of_client);
  --users_.at(client.user).jobs;
  --jobs_;
  drop_if_over(client);
}

Flow& Clients::flow(Client& client, FairQueue& queue, const Job& job) {
  const auto [place, is_new] = client.flows.try_emplace({job.device, job.priority_class});
  Flow& flow = place->second;
  if (is_new) {
    flow.queue = &queue;
    flow.order = ++flows_made_;
  }
  return flow;
}

std::vector<Scheduler::ClientUsage> Clients::usage() const {
  std::vector<Scheduler::ClientUsage> usage;
  for (const auto& [id, client] : clients_) {
    if (client.removed) continue;
    const auto queued = static_cast<uint32_t>(client.jobs.size()) - client.running;
    usage.push_back({id, client.device_ns, queued, client.running, client.submitted,
                     client.finished, client.last_class});
  }
  std::sort(usage.begin(), usage.end(),
            [](const auto& a, const auto& b) { return a.client < b.client; });
  return usage;
}

}  // namespace geoneuron::policy
