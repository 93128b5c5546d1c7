// SPDX-License-Identifier: MIT
// Throughput: eight clients that share a daemon against eight processes with a device each, and on
// the cores against two threads. The two sides take turns, so that the machine's other load falls
// on both.
#include <optional>

#include "cli/bench/finding.hpp"
#include "cli/bench/own_devices.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/load_run.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr uint32_t kClients = 8;
constexpr uint64_t kPatience_ns = 120'000'000'000;  // for what is under way when time is over
constexpr double kWarmUpSeconds = 1;

struct Case {
  std::string device;
  uint32_t extent = 0;
  OwnDevicesOptions others;
  std::string what;
  std::optional<double> at_least;
};

Case case_of(const std::string& device, uint32_t extent, bool plain_loop) {
  Case one;
  one.device = one.others.device = device;
  one.extent = one.others.extent = extent;
  one.others.plain_loop = plain_loop;
  if (device == "cpu") {
    one.others.threads = 2;
    one.what = std::string("8 clients of a daemon against 2 threads ") +
               (plain_loop ? "with a plain loop" : "that call the engine");
    if (plain_loop) one.at_least = 0.9;
  } else {
    one.others.processes = kClients;
    one.what = "8 clients of a daemon against 8 processes with a device each";
    one.at_least = extent == 64 ? 6 : 3;
  }
  return one;
}

std::vector<Case> cases_of(const std::string& device) {
  std::vector<Case> cases;
  for (const uint32_t extent : {64u, 256u}) {
    cases.push_back(case_of(device, extent, device == "cpu"));
    if (device == "cpu") cases.push_back(case_of(device, extent, false));
  }
  return cases;
}

load::LoadPlan plan_of(const Case& one, uint16_t device, double seconds) {
  load::LoadPlan plan;
  plan.name = "heatmaps";
  plan.clients = kClients;
  plan.width = plan.height = one.extent;
  plan.seconds = seconds;
  // A client that wants much done keeps some waiting, and does not wake for each.
  plan.in_flight = 16;
  plan.reap = 8;
  plan.device = device;
  return plan;
}

Result<double> rate_of(const load::DaemonChoice& daemon, const load::LoadPlan& plan) {
  const auto run = GN_TRY(load::LoadRun::prepare({plan}, daemon.socket()));
  run->begin();
  if (!run->wait(kPatience_ns + static_cast<uint64_t>(plan.seconds * 1e9)))
    return make_error(ETIME, "the clients' jobs did not end");
  const load::GroupOutcome outcome = run->by_plan()[0];
  if (outcome.failed > 0) return make_error(EIO, "%s", outcome.first_failure.c_str());
  return outcome.rate();
}

Result<Finding> measure(const load::DaemonChoice& daemon, const Case& one,
                        const BenchOptions& options) {
  const std::string size = std::to_string(one.extent);
  const std::string name = one.device + "/" + size + "x" + size;
  const auto device = daemon.device_number(one.device);
  if (!device) return skipped(name, device.error().message);
  const load::LoadPlan plan = plan_of(one, *device, options.seconds);
  OwnDevices others = GN_TRY(OwnDevices::start(one.others));
  note("measuring " + name + ": " + one.what + " ...");
  GN_TRY(rate_of(daemon, plan_of(one, *device, std::min(options.seconds, kWarmUpSeconds))));
  std::vector<double> ours, theirs;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    const auto measure_others = [&]() -> Result<void> {
      theirs.push_back(GN_TRY(others.run(options.seconds)).rate);
      return {};
    };
    if (round % 2 == 1) GN_TRY(measure_others());
    ours.push_back(GN_TRY(rate_of(daemon, plan)));
    if (round % 2 == 0) GN_TRY(measure_others());
  }
  return ratio_finding(name, one.what, ours, theirs, one.at_least);
}

}  // namespace

Result<std::vector<Finding>> bench_throughput(const BenchOptions& options) {
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::own());
  std::vector<Case> cases = cases_of(options.device.empty() ? "lavapipe" : options.device);
  if (options.device.empty())
    for (Case& one : cases_of("cpu")) cases.push_back(std::move(one));
  std::vector<Finding> findings;
  findings.reserve(cases.size());
  for (const Case& one : cases) findings.push_back(GN_TRY(measure(daemon, one, options)));
  return findings;
}

}  // namespace geoneuron::cli::bench
