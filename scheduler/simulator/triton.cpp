// SPDX-License-Identifier: MIT
#include "simulator/triton.hpp"

#include <algorithm>
#include <utility>

namespace geoneuron::simulator {

auto TritonBatcher::model_of(const DispatchedJob& job) const -> ModelKey {
  return {job.job.worker, options_.model_per_shape ? job.job.signature : job.model};
}

bool TritonBatcher::submit(const DispatchedJob& job, uint64_t now_ns) {
  now_ns_ = now_ns;
  timeouts_ |= job.job.drop_late && job.job.deadline_ns != 0;
  if (job.job.chain != 0) {
    const auto [place, is_new] = chains_.try_emplace(job.job.chain);
    if (!is_new) {
      place->second.push_back(job);
      return true;
    }
  }
  const auto level = static_cast<size_t>(job.job.priority_class);
  models_[model_of(job)].levels[level].push_back({job.job, now_ns});
  return true;
}

bool TritonBatcher::cancel(policy::JobId id) {
  for (auto& [chain, behind] : chains_)
    if (std::erase_if(behind, [&](const auto& waiting) { return waiting.job.id == id; }) > 0)
      return true;
  for (auto& [key, model] : models_)
    for (auto& level : model.levels)
      for (auto place = level.begin(); place != level.end(); ++place)
        if (place->job.id == id) {
          const policy::Job job = place->job;
          level.erase(place);
          over(job);
          return true;
        }
  return false;
}

void TritonBatcher::over(const policy::Job& job) {
  const auto place = chains_.find(job.chain);
  if (job.chain == 0 || place == chains_.end()) return;
  if (place->second.empty()) {
    chains_.erase(place);
    return;
  }
  const DispatchedJob next = place->second.front();
  place->second.pop_front();
  const auto level = static_cast<size_t>(next.job.priority_class);
  models_[model_of(next)].levels[level].push_back({next.job, now_ns_});
}

void TritonBatcher::time_out(Model& model, uint64_t now_ns, policy::Decision& decision) {
  if (!timeouts_) return;
  for (auto& level : model.levels)
    std::erase_if(level, [&](const Pending& pending) {
      const policy::Job& job = pending.job;
      if (!job.drop_late || job.deadline_ns == 0 || job.deadline_ns > now_ns) return false;
      decision.expired.push_back(job.id);
      const auto place = chains_.find(job.chain);
      if (job.chain != 0 && place != chains_.end()) {
        for (const DispatchedJob& behind : place->second) decision.expired.push_back(behind.job.id);
        chains_.erase(place);
      }
      return true;
    });
}

// The run at the head: of one shape, no longer than a batch may be. `ended`: it grows no more.
auto TritonBatcher::head(const Model& model, bool& ended) const -> std::vector<Pending> {
  std::vector<Pending> run;
  for (auto level = model.levels.rbegin(); level != model.levels.rend(); ++level)
    for (const Pending& pending : *level) {
      ended = run.size() == options_.most ||
              (!run.empty() && pending.job.signature != run.front().job.signature);
      if (ended) return run;
      run.push_back(pending);
    }
  return run;
}

// How many jobs of the head are sent now; 0: it waits, until again_ns at most.
size_t TritonBatcher::choose(const Model& model, uint64_t now_ns, uint64_t& again_ns) const {
  bool ended = false;
  const std::vector<Pending> run = head(model, ended);
  if (run.empty()) return 0;
  uint64_t oldest_ns = now_ns;
  for (const Pending& pending : run) oldest_ns = std::min(oldest_ns, pending.since_ns);
  const bool waited = now_ns - oldest_ns >= options_.delay_ns;
  const auto above = options_.preferred.upper_bound(run.size());
  const bool preferred = above != options_.preferred.begin();
  if (preferred && (options_.delay_ns == 0 || !waited)) return *std::prev(above);
  if (ended || waited || run.size() >= *options_.preferred.rbegin()) return run.size();
  again_ns = std::min(again_ns, oldest_ns + options_.delay_ns);
  return 0;
}

void TritonBatcher::send(Model& model, size_t count, policy::Decision& decision) {
  Running running;
  running.model = &model;
  for (auto level = model.levels.rbegin(); level != model.levels.rend(); ++level)
    while (!level->empty() && running.jobs.size() < count) {
      running.jobs.push_back(level->front().job);
      level->pop_front();
    }
  const policy::Job& first = running.jobs.front();
  running.batch = {policy::BatchId{++batches_made_}, first.device, first.worker, 0, {}};
  for (const policy::Job& job : running.jobs) running.batch.jobs.push_back(job.id);
  ++model.busy;
  decision.batches.push_back(running.batch);
  running_.emplace(running.batch.id, std::move(running));
}

policy::Decision TritonBatcher::decide(uint64_t now_ns) {
  now_ns_ = now_ns;
  policy::Decision decision;
  uint64_t again_ns = kNoTime_ns;
  for (auto& [key, model] : models_) {
    time_out(model, now_ns, decision);
    if (!up_.contains(key.first)) continue;
    while (model.busy < options_.instances) {
      const size_t count = choose(model, now_ns, again_ns);
      if (count == 0) break;
      send(model, count, decision);
    }
    if (!timeouts_) continue;
    for (const auto& level : model.levels)
      for (const Pending& pending : level)
        if (pending.job.drop_late && pending.job.deadline_ns != 0)
          again_ns = std::min(again_ns, pending.job.deadline_ns);
  }
  decision.wake_ns = again_ns == kNoTime_ns ? 0 : again_ns;
  return decision;
}

void TritonBatcher::finished(policy::BatchId id, const std::vector<policy::Measured>&,
                             uint64_t now_ns) {
  now_ns_ = now_ns;
  const auto node = running_.extract(id);
  --node.mapped().model->busy;
  for (const policy::Job& job : node.mapped().jobs) over(job);
}

std::vector<policy::JobId> TritonBatcher::lose_worker(policy::WorkerId worker, uint64_t now_ns) {
  now_ns_ = now_ns;
  up_.erase(worker);
  std::vector<policy::JobId> lost;
  for (auto place = running_.begin(); place != running_.end();) {
    Running& running = place->second;
    if (running.batch.worker != worker) {
      ++place;
      continue;
    }
    --running.model->busy;
    for (const policy::Job& job : running.jobs) {
      lost.push_back(job.id);
      over(job);
    }
    place = running_.erase(place);
  }
  return lost;
}

}  // namespace geoneuron::simulator
