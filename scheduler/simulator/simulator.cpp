// SPDX-License-Identifier: MIT
#include "simulator/simulator.hpp"

#include <algorithm>
#include <utility>

namespace geoneuron::simulator {
namespace {

constexpr size_t kMostComplaints = 20;
// How long a client waits that keeps a number of requests there, and was refused one.
constexpr uint64_t kRetry_ns = kMillisecond_ns;

}  // namespace

Simulator::Simulator(const Workload& workload, Dispatcher& dispatcher, const Options& options)
    : workload_(workload),
      dispatcher_(dispatcher),
      options_(options),
      maker_(workload, options.seed),
      faults_(~options.seed),
      bans_(options.bans) {
  for (size_t i = 0; i < workload.streams.size(); ++i) {
    const Stream& stream = workload.streams[i];
    workers_.emplace(stream.worker, stream.device);
    clients_.push_back(stream.client);
    connect(i);
    for (const uint64_t time_ns : maker_.first_ns(i)) at(time_ns, Event::Kind::kArrive, i);
  }
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const policy::Job& job = workload.trace[i].job;
    workers_.emplace(job.worker, job.device);
    if (known_.insert(job.client).second)
      dispatcher_.add_client(job.client, workload.trace[i].user);
    at(job.arrival_ns, Event::Kind::kArrive, workload.streams.size() + i);
  }
  for (const auto& [worker, device] : workers_) dispatcher_.resume_worker(worker);
}

void Simulator::connect(size_t stream) {
  if (known_.insert(clients_[stream]).second)
    dispatcher_.add_client(clients_[stream], workload_.streams[stream].user);
}

void Simulator::at(uint64_t time_ns, Event::Kind kind, uint64_t what) {
  events_.push({time_ns, ++events_made_, kind, what});
}

// All that happens at one moment is told before the next decision, as in the daemon's loop.
Outcome Simulator::run() {
  while (!events_.empty()) {
    now_ns_ = events_.top().time_ns;
    while (!events_.empty() && events_.top().time_ns == now_ns_) {
      const Event event = events_.top();
      events_.pop();
      handle(event);
    }
    decide();
  }
  for (const auto& [id, live] : jobs_) complain("never ended", id);
  outcome_.end_ns = now_ns_;
  return std::move(outcome_);
}

void Simulator::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kArrive:
      arrive(event.what);
      break;
    case Event::Kind::kDevice:
      go_on(policy::DeviceId{static_cast<uint32_t>(event.what)});
      break;
    case Event::Kind::kRespawn:
      respawning_.erase(policy::WorkerId{event.what});
      try_next(policy::WorkerId{event.what});
      break;
    case Event::Kind::kWake:
      break;
  }
}

void Simulator::arrive(size_t index) {
  if (index >= workload_.streams.size()) {
    request(index, maker_.traced(index - workload_.streams.size()));
    return;
  }
  if (now_ns_ >= workload_.until_ns) return;
  const Stream& stream = workload_.streams[index];
  const bool open = stream.arrivals != Arrivals::kClosed;
  for (uint32_t i = 0; i < (open ? stream.burst : 1); ++i)
    request(index, maker_.make(index, clients_[index], now_ns_));
  if (open) at(now_ns_ + maker_.pause_ns(index), Event::Kind::kArrive, index);
}

void Simulator::request(size_t stream, const std::vector<MadeJob>& jobs) {
  const policy::Job& first = jobs.front().job;
  Request request{.stream = stream, .client = first.client, .arrival_ns = now_ns_};
  request.deadline_ns = first.deadline_ns;
  for (const MadeJob& made : jobs) request.compute_ns += made.takes.compute_ns;
  request.guilty = std::any_of(jobs.begin(), jobs.end(),
                               [](const MadeJob& job) { return job.fault != Fault::kNone; });
  outcome_.guilty += request.guilty ? 1 : 0;
  outcome_.requests.push_back(request);
  if (options_.keep_trace) trace(stream, jobs);
  jobs_left_.push_back(static_cast<uint32_t>(jobs.size()));
  if (bans_.banned_until(first.client, now_ns_) != 0)
    end_request(outcome_.requests.size() - 1, End::kBanned);
  else if (!submit(jobs))
    end_request(outcome_.requests.size() - 1, End::kRejected);
}

void Simulator::trace(size_t stream, const std::vector<MadeJob>& jobs) {
  const size_t streams = workload_.streams.size();
  const policy::UserId user =
      stream < streams ? workload_.streams[stream].user : workload_.trace[stream - streams].user;
  for (const MadeJob& made : jobs)
    outcome_.jobs.push_back(
        {made.job, user, made.model, made.takes, made.launch_ns, made.staging_bytes});
}

// All of its jobs, or none.
bool Simulator::submit(const std::vector<MadeJob>& jobs) {
  for (size_t i = 0; i < jobs.size(); ++i) {
    const policy::JobId id = jobs[i].job.id;
    if (!dispatcher_.submit({jobs[i].job, jobs[i].model}, now_ns_)) {
      while (i-- > 0) {
        if (!dispatcher_.cancel(jobs[i].job.id)) complain("could not be cancelled", id);
        jobs_.erase(jobs[i].job.id);
      }
      return false;
    }
    LiveJob live{.made = jobs[i], .request = outcome_.requests.size() - 1};
    if (i > 0) live.before = jobs[i - 1].job.id;
    if (i + 1 < jobs.size()) live.next = jobs[i + 1].job.id;
    jobs_.emplace(id, live);
  }
  return true;
}

void Simulator::decide() {
  const policy::Decision decision = dispatcher_.decide(now_ns_);
  for (const policy::JobId id : decision.expired) {
    const auto place = jobs_.find(id);
    if (place == jobs_.end() || place->second.running || place->second.in_trial ||
        place->second.made.job.deadline_ns > now_ns_)
      complain("expired wrongly", id);
    else
      end_job(id, End::kExpired);
  }
  for (const policy::Batch& batch : decision.batches) send(batch, false);
  if (decision.wake_ns != 0 && decision.wake_ns != wake_ns_) {
    wake_ns_ = std::max(decision.wake_ns, now_ns_ + 1);
    at(wake_ns_, Event::Kind::kWake, 0);
  }
}

void Simulator::end_job(policy::JobId id, End how) {
  const auto place = jobs_.find(id);
  const size_t index = place->second.request;
  jobs_.erase(place);
  End& worst = outcome_.requests[index].end;
  worst = std::max(worst, how);
  if (--jobs_left_[index] == 0) end_request(index, worst);
}

void Simulator::end_request(size_t index, End how) {
  Request& request = outcome_.requests[index];
  request.end = how;
  request.end_ns = now_ns_;
  if (request.stream >= workload_.streams.size()) return;
  const Stream& stream = workload_.streams[request.stream];
  if (how == End::kBanned && stream.reconnects && clients_[request.stream] == request.client) {
    clients_[request.stream] = policy::ClientId{++clients_made_};
    connect(request.stream);
  }
  if (stream.arrivals != Arrivals::kClosed) return;
  const uint64_t pause_ns = request.admitted() ? stream.period_ns : kRetry_ns;
  at(now_ns_ + std::max<uint64_t>(pause_ns, 1), Event::Kind::kArrive, request.stream);
}

void Simulator::complain(const char* what, policy::JobId job) {
  if (outcome_.violations.size() < kMostComplaints)
    outcome_.violations.push_back("job " + std::to_string(static_cast<uint64_t>(job)) + ": " +
                                  what + " at " + std::to_string(now_ns_) + " ns");
}

}  // namespace geoneuron::simulator
