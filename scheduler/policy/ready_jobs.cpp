// SPDX-License-Identifier: MIT
#include "policy/ready_jobs.hpp"

#include <cassert>
#include <tuple>

namespace geoneuron::policy {

bool Bucket::RankLess::operator()(const Lane* a, const Lane* b) const {
  return std::make_tuple(a->rank_ns, a->flow->order) < std::make_tuple(b->rank_ns, b->flow->order);
}

BucketKey ReadyJobs::bucket_of(const Job& job) {
  return {job.worker, job.signature, job.priority_class};
}

void ReadyJobs::add(JobRecord& job) {
  Lane& lane = lane_for(job);
  job.lane = &lane;
  job.state = JobState::kReady;
  if (!lane.jobs.empty() && EarlierJob()(&lane.head(), &job)) {
    lane.jobs.insert(lane.jobs.end(), &job);
    return;
  }
  if (!lane.jobs.empty()) withdraw(lane);
  lane.jobs.insert(&job);
  offer(lane);
  update(*lane.flow);
}

void ReadyJobs::remove(JobRecord& job) {
  Lane& lane = *job.lane;
  Flow& flow = *lane.flow;
  job.lane = nullptr;
  if (&lane.head() != &job) {
    lane.jobs.erase(&job);
    return;
  }
  withdraw(lane);
  lane.jobs.erase(lane.jobs.begin());
  if (lane.jobs.empty())
    drop(lane);
  else
    offer(lane);
  update(flow);
}

Lane& ReadyJobs::lane_for(const JobRecord& record) {
  const Job& job = record.job;
  const LaneKey key{job.client, job.worker, job.signature, job.priority_class};
  const auto [place, is_new] = lanes_.try_emplace(key);
  Lane& lane = place->second;
  if (is_new) {
    lane.key = key;
    lane.flow = record.flow;
    lane.bucket = &buckets_[bucket_of(job)];
    ++lane.bucket->lanes;
    lane.worker = &workers_[job.worker];
    lane.worker->id = job.worker;
    lane.of_worker = lane.worker->lanes.insert(lane.worker->lanes.end(), &lane);
  }
  assert(lane.flow == record.flow && "a worker serves one device");
  return lane;
}

void ReadyJobs::drop(Lane& lane) {
  if (--lane.bucket->lanes == 0)
    buckets_.erase({lane.key.worker, lane.key.signature, lane.key.priority_class});
  Worker& worker = *lane.worker;
  worker.lanes.erase(lane.of_worker);
  lanes_.erase(LaneKey(lane.key));
  drop_if_unused(worker);
}

void ReadyJobs::drop_if_unused(Worker& worker) {
  if (!worker.takes_jobs && worker.lanes.empty()) workers_.erase(WorkerId(worker.id));
}

void ReadyJobs::offer(Lane& lane) {
  if (!lane.worker->takes_jobs) return;
  lane.flow->lanes.insert(&lane);
  put_back(lane);
}

void ReadyJobs::put_back(Lane& lane) {
  lane.rank_ns = lane.flow->served_ns;
  lane.bucket->waiting.insert(&lane);
}

void ReadyJobs::withdraw(Lane& lane) {
  if (!lane.worker->takes_jobs) return;
  lane.flow->lanes.erase(&lane);
  lane.bucket->waiting.erase(&lane);
}

void ReadyJobs::update(Flow& flow) {
  const bool waits = flow.place != Flow::Place::kAway;
  if (flow.lanes.empty()) {
    if (waits) flow.queue->leave(flow);
    return;
  }
  const Job& next = (*flow.lanes.begin())->head().job;
  const uint64_t request_ns = costs_.predict(next);
  if (waits)
    flow.queue->set_request(flow, request_ns);
  else
    flow.queue->join(flow, request_ns);
}

void ReadyJobs::lose_worker(WorkerId id) {
  const auto place = workers_.find(id);
  if (place == workers_.end() || !place->second.takes_jobs) return;
  Worker& worker = place->second;
  for (Lane* lane : worker.lanes) withdraw(*lane);
  worker.takes_jobs = false;
  for (Lane* lane : worker.lanes) update(*lane->flow);
  drop_if_unused(worker);
}

void ReadyJobs::resume_worker(WorkerId id) {
  Worker& worker = workers_[id];
  worker.id = id;
  if (worker.takes_jobs) return;
  worker.takes_jobs = true;
  for (Lane* lane : worker.lanes) offer(*lane);
  for (Lane* lane : worker.lanes) update(*lane->flow);
}

Lane* ReadyJobs::least_served(const BucketKey& key) {
  const auto place = buckets_.find(key);
  if (place == buckets_.end()) return nullptr;
  auto& waiting = place->second.waiting;
  while (!waiting.empty()) {
    Lane* lane = *waiting.begin();
    if (lane->rank_ns == lane->flow->served_ns) return lane;
    waiting.erase(waiting.begin());
    put_back(*lane);
  }
  return nullptr;
}

}  // namespace geoneuron::policy
