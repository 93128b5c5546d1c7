// SPDX-License-Identifier: MIT
#include "policy/ready_jobs.hpp"

#include <cassert>
#include <utility>

namespace geoneuron::policy {
namespace {

ServiceOrder service_of(const Lane& lane) {
  return {lane.flow->served_ns, lane.flow->order};
}

}  // namespace

BucketKey ReadyJobs::bucket_of(const Job& job) {
  return {job.worker, job.signature, job.priority_class};
}

void ReadyJobs::add(JobRecord& job) {
  Lane& lane = lane_for(job);
  const bool is_new = lane.jobs.empty();
  job.of_lane = spare_.make(lane.jobs, job.in_order());
  job.of_lane->second = &job;
  job.lane = &lane;
  ++lane.bucket->jobs;
  job.state = JobState::kReady;
  if (job.of_lane != lane.jobs.begin()) return;
  if (is_new)
    offer(lane);
  else
    reorder(lane);
  update(*lane.flow);
}

void ReadyJobs::remove(JobRecord& job) {
  Lane& lane = *job.lane;
  Flow& flow = *lane.flow;
  --lane.bucket->jobs;
  job.lane = nullptr;
  const bool was_first = job.of_lane == lane.jobs.begin();
  spare_.erase(lane.jobs, job.of_lane);
  if (!was_first) return;
  if (lane.jobs.empty()) {
    withdraw(lane);
    drop(lane);
  } else {
    reorder(lane);
  }
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
  lane.of_flow = lane.flow->lanes.emplace(lane.head().in_order(), &lane).first;
  put_back(lane);
}

void ReadyJobs::put_back(Lane& lane) {
  lane.of_bucket = lane.bucket->waiting.emplace(service_of(lane), &lane).first;
}

void ReadyJobs::withdraw(Lane& lane) {
  if (!lane.worker->takes_jobs) return;
  lane.flow->lanes.erase(lane.of_flow);
  lane.bucket->waiting.erase(lane.of_bucket);
}

void ReadyJobs::reorder(Lane& lane) {
  if (!lane.worker->takes_jobs) return;
  auto in_flow = lane.flow->lanes.extract(lane.of_flow);
  in_flow.key() = lane.head().in_order();
  lane.of_flow = lane.flow->lanes.insert(std::move(in_flow)).position;
  serve_again(lane);
}

void ReadyJobs::serve_again(Lane& lane) {
  auto in_bucket = lane.bucket->waiting.extract(lane.of_bucket);
  in_bucket.key() = service_of(lane);
  lane.of_bucket = lane.bucket->waiting.insert(std::move(in_bucket)).position;
}

void ReadyJobs::update(Flow& flow) {
  const bool waits = flow.place != Flow::Place::kNone;
  if (flow.lanes.empty()) {
    if (waits) flow.queue->pause(flow);
    if (flow.present && flow.running == 0) flow.queue->leave(flow);
    return;
  }
  const uint64_t request_ns = costs_.predict(flow.head().job);
  if (waits)
    flow.queue->set_request(flow, request_ns);
  else
    flow.queue->join(flow, request_ns);
}

void ReadyJobs::over(Flow& flow) {
  --flow.running;
  if (flow.running == 0) update(flow);
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
    Lane* lane = waiting.begin()->second;
    if (waiting.begin()->first == service_of(*lane)) return lane;
    serve_again(*lane);
  }
  return nullptr;
}

}  // namespace geoneuron::policy
