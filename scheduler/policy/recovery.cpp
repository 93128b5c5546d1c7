// SPDX-License-Identifier: MIT
#include "policy/recovery.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace geoneuron::policy {

std::vector<JobId> Recovery::lost(WorkerId id, const std::vector<LostBatch>& batches,
                                  bool blameless) {
  std::vector<JobId> guilty;
  Worker& worker = workers_[id];
  if (worker.running) {
    worker.running = false;
    Group trial = std::exchange(worker.trial, {});
    if (blameless)
      wait(worker, std::move(trial), true);
    else
      suspect(worker, std::move(trial), guilty);
  }
  for (const LostBatch& batch : batches) {
    Group group{batch.jobs, batch.in_order, 0};
    if (batch.suspect && !blameless)
      suspect(worker, std::move(group), guilty);
    else
      wait(worker, std::move(group), false);
  }
  drop_if_idle(id);
  return guilty;
}

void Recovery::suspect(Worker& worker, Group group, std::vector<JobId>& guilty) {
  if (group.jobs.size() == 1) {
    if (++group.strikes >= strikes_)
      guilty.push_back(group.jobs.front());
    else
      wait(worker, group, group.in_order);
    return;
  }
  if (group.jobs.empty()) return;
  const auto middle = group.jobs.begin() + static_cast<std::ptrdiff_t>(group.jobs.size() / 2);
  Group first{{group.jobs.begin(), middle}, group.in_order, 0};
  Group second{{middle, group.jobs.end()}, group.in_order, 0};
  // Where order matters both go before all that waits; else behind it, so that the innocent half
  // does not wait until the guilty one is sifted.
  if (group.in_order) {
    wait(worker, std::move(second), true);
    wait(worker, std::move(first), true);
  } else {
    wait(worker, std::move(first), false);
    wait(worker, std::move(second), false);
  }
}

void Recovery::wait(Worker& worker, Group group, bool next) {
  if (group.jobs.empty()) return;
  worker.waiting.insert(next ? worker.waiting.begin() : worker.waiting.end(), std::move(group));
}

std::vector<JobId> Recovery::begin_trial(WorkerId id) {
  const auto place = workers_.find(id);
  if (place == workers_.end() || place->second.running) return {};
  Worker& worker = place->second;
  worker.trial = std::move(worker.waiting.front());
  worker.waiting.pop_front();
  worker.running = true;
  return worker.trial.jobs;
}

void Recovery::passed(WorkerId id) {
  const auto place = workers_.find(id);
  if (place == workers_.end()) return;
  place->second.running = false;
  place->second.trial = {};
  drop_if_idle(id);
}

void Recovery::forget(WorkerId id, JobId job) {
  const auto place = workers_.find(id);
  if (place == workers_.end()) return;
  Worker& worker = place->second;
  std::erase(worker.trial.jobs, job);
  for (Group& group : worker.waiting) std::erase(group.jobs, job);
  std::erase_if(worker.waiting, [](const Group& group) { return group.jobs.empty(); });
  drop_if_idle(id);
}

void Recovery::drop_if_idle(WorkerId id) {
  const auto place = workers_.find(id);
  if (!place->second.running && place->second.waiting.empty()) workers_.erase(place);
}

}  // namespace geoneuron::policy
