// SPDX-License-Identifier: MIT
#include "simulator/request_maker.hpp"

#include <map>

namespace geoneuron::simulator {
namespace {

uint64_t times(uint64_t unit_ns, double factor) {
  return static_cast<uint64_t>(static_cast<double>(unit_ns) * factor);
}

}  // namespace

RequestMaker::RequestMaker(const Workload& workload, uint64_t seed) : workload_(workload) {
  // By client and the place among its streams: the same where other clients are left out.
  std::map<policy::ClientId, uint64_t> streams;
  for (const Stream& stream : workload.streams) {
    const auto client = static_cast<uint64_t>(stream.client);
    const uint64_t place = ++streams[stream.client];
    randoms_.emplace_back((seed << 32) + (client << 8) + place);
  }
}

std::vector<uint64_t> RequestMaker::first_ns(size_t index) {
  const Stream& stream = workload_.streams[index];
  Random& random = randoms_[index];
  if (stream.arrivals == Arrivals::kPoisson) return {1 + pause_ns(index)};
  if (stream.arrivals == Arrivals::kPeriodic) return {1 + random.below(stream.period_ns)};
  std::vector<uint64_t> times;
  for (uint32_t i = 0; i < stream.burst; ++i) times.push_back(1 + random.below(kMillisecond_ns));
  return times;
}

uint64_t RequestMaker::pause_ns(size_t index) {
  const Stream& stream = workload_.streams[index];
  if (stream.arrivals != Arrivals::kPoisson) return stream.period_ns;
  const double mean_ns = static_cast<double>(stream.period_ns);
  return static_cast<uint64_t>(randoms_[index].exponential(mean_ns));
}

std::vector<MadeJob> RequestMaker::make(size_t index, policy::ClientId client, uint64_t now_ns) {
  const Stream& stream = workload_.streams[index];
  Random& random = randoms_[index];
  const Kind& kind = stream.kinds[random.below(stream.kinds.size())];
  MadeJob made;
  made.model = kind.model;
  policy::Job& job = made.job;
  job.client = client;
  job.device = stream.device;
  job.worker = stream.worker;
  job.priority_class = stream.priority_class;
  job.signature = kind.signature;
  job.arrival_ns = now_ns;
  job.deadline_ns = stream.deadline_in_ns == 0 ? 0 : now_ns + stream.deadline_in_ns;
  job.drop_late = stream.drop_late;
  job.units = static_cast<uint32_t>(1 + random.below(kind.most_units));
  job.chain = stream.chunks > 1 ? jobs_made_ + 1 : 0;
  made.launch_ns = kind.launch_ns;
  made.staging_bytes = job.units * kind.staging_bytes;
  made.fault_again = stream.fault_again;
  bool faulty = stream.fault != Fault::kNone && random.chance(stream.fault_chance);
  faulty = faulty && (workload_.most_guilty == 0 || guilty_made_ < workload_.most_guilty);
  guilty_made_ += faulty ? 1 : 0;
  const uint64_t faulty_job = random.below(stream.chunks);
  std::vector<MadeJob> jobs(stream.chunks, made);
  for (size_t i = 0; i < jobs.size(); ++i) {
    const double error = workload_.machine.error;
    const double factor = job.units * random.between(1 - error, 1 + error);
    jobs[i].job.id = policy::JobId{++jobs_made_};
    jobs[i].takes = {times(kind.unit.upload_ns, factor), times(kind.unit.compute_ns, factor),
                     times(kind.unit.readback_ns, factor)};
    if (faulty && i == faulty_job) jobs[i].fault = stream.fault;
  }
  return jobs;
}

std::vector<MadeJob> RequestMaker::traced(size_t index) {
  const TracedJob& traced = workload_.trace[index];
  MadeJob made;
  made.job = traced.job;
  made.model = traced.model;
  made.takes = traced.takes;
  made.launch_ns = traced.launch_ns;
  made.staging_bytes = traced.staging_bytes;
  made.job.id = policy::JobId{++jobs_made_};
  return {made};
}

}  // namespace geoneuron::simulator
