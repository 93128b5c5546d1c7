// SPDX-License-Identifier: MIT
#include "simulator/policies.hpp"

#include <cerrno>
#include <functional>
#include <set>
#include <utility>

#include "simulator/baseline.hpp"

namespace geoneuron::simulator {
namespace {

using Make = std::unique_ptr<Dispatcher> (*)(const Workload&, const TritonOptions&);

template <Rule kRule>
std::unique_ptr<Dispatcher> baseline(const Workload& workload, const TritonOptions&) {
  return std::make_unique<Baseline>(workload.limits, kRule);
}

std::unique_ptr<Dispatcher> geoneuron(const Workload& workload, const TritonOptions&) {
  return std::make_unique<DaemonPolicy>(workload.limits);
}

std::unique_ptr<Dispatcher> triton(const Workload&, const TritonOptions& options) {
  return std::make_unique<TritonBatcher>(options);
}

std::unique_ptr<Dispatcher> triton_by_shape(const Workload&, const TritonOptions& options) {
  TritonOptions by_shape = options;
  by_shape.model_per_shape = true;
  return std::make_unique<TritonBatcher>(by_shape);
}

struct Entry {
  const char *name, *what;
  Make make;  // nullptr: isolated
};

constexpr Entry kEntries[] = {
    {"geoneuron", "the daemon's policy", geoneuron},
    {"fifo", "first come first served", baseline<Rule::kFifo>},
    {"round-robin", "clients in turn", baseline<Rule::kRoundRobin>},
    {"priority", "strictly by class", baseline<Rule::kStrictPriority>},
    {"edf", "earliest due date first", baseline<Rule::kEarliestDueDate>},
    {"fair", "least virtual runtime, weighted by class", baseline<Rule::kVirtualRuntime>},
    {"atc", "apparent tardiness cost", baseline<Rule::kApparentTardiness>},
    {"triton", "dynamic batcher as Triton's, all shapes one model", triton},
    {"triton-by-shape", "the same, each shape a model of its own", triton_by_shape},
    {"isolated", "each client alone on a machine of its own", nullptr},
};

void append(Outcome& all, Outcome&& one, const std::vector<size_t>& streams) {
  for (Request& request : one.requests) {
    request.stream = streams[request.stream];
    all.requests.push_back(request);
  }
  all.batches.insert(all.batches.end(), one.batches.begin(), one.batches.end());
  all.jobs.insert(all.jobs.end(), one.jobs.begin(), one.jobs.end());
  for (auto& [client, served] : one.served_ns) all.served_ns[client] = std::move(served);
  all.violations.insert(all.violations.end(), one.violations.begin(), one.violations.end());
  all.sent += one.sent;
  all.jobs_sent += one.jobs_sent;
  all.guilty += one.guilty;
  all.losses += one.losses;
  all.trials += one.trials;
  all.longest_batch_ns = std::max(all.longest_batch_ns, one.longest_batch_ns);
  all.end_ns = std::max(all.end_ns, one.end_ns);
}

Outcome run_isolated(const Workload& workload, const Simulator::Options& options) {
  Outcome all;
  std::set<policy::ClientId> clients;
  for (const Stream& stream : workload.streams) clients.insert(stream.client);
  for (const policy::ClientId client : clients) {
    Workload alone = workload;
    alone.streams.clear();
    alone.trace.clear();
    std::vector<size_t> streams;
    for (size_t i = 0; i < workload.streams.size(); ++i) {
      if (workload.streams[i].client != client) continue;
      alone.streams.push_back(workload.streams[i]);
      streams.push_back(i);
    }
    DaemonPolicy policy(alone.limits);
    append(all, Simulator(alone, policy, options).run(), streams);
  }
  return all;
}

}  // namespace

std::vector<PolicyName> policy_names() {
  std::vector<PolicyName> names;
  for (const Entry& entry : kEntries) names.push_back({entry.name, entry.what});
  return names;
}

Result<Outcome> run_policy(const std::string& name, const Workload& workload,
                           const RunOptions& options) {
  const Simulator::Options simulated{
      .seed = options.seed, .keep_trace = options.keep_trace, .bans = {}};
  std::string known;
  for (const Entry& entry : kEntries) {
    known += known.empty() ? entry.name : std::string(", ") + entry.name;
    if (name != entry.name) continue;
    if (!entry.make) return run_isolated(workload, simulated);
    const std::unique_ptr<Dispatcher> dispatcher = entry.make(workload, options.triton);
    return Simulator(workload, *dispatcher, simulated).run();
  }
  return make_error(ENOENT, "%s: there is no such policy: give some of %s", name.c_str(),
                    known.c_str());
}

}  // namespace geoneuron::simulator
