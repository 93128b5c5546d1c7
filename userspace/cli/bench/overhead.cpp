// SPDX-License-Identifier: MIT
// Overhead: what a job costs because a daemon and a worker stand between a program and its device,
// and what both cost when there is nothing to do.
#include "base/text.hpp"
#include "cli/bench/finding.hpp"
#include "cli/bench/own_devices.hpp"
#include "cli/bench/phase.hpp"
#include "cli/bench/process_facts.hpp"
#include "cli/byte_size.hpp"
#include "cli/load/clock.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr uint32_t kExtents[] = {64, 256};

load::LoadPlan one_by_one(load::JobKind kind, uint32_t extent, uint16_t device, double seconds) {
  load::LoadPlan plan;
  plan.name = kind == load::JobKind::kNop ? "NOP" : "RENDER";
  plan.kind = kind;
  plan.width = plan.height = extent;
  plan.seconds = seconds;
  plan.device = device;
  return plan;
}

std::string pair_text(uint64_t p50_ns, uint64_t p99_ns) {
  return "p50 " + format_duration(p50_ns) + ", p99 " + format_duration(p99_ns);
}

Result<Finding> nop_finding(const load::DaemonChoice& daemon, double seconds, uint32_t rounds) {
  load::Latencies all;
  for (uint32_t i = 0; i < rounds; ++i)
    all.add(GN_TRY(run_phase(daemon, {one_by_one(load::JobKind::kNop, 1, 0, seconds)}))
                .groups[0]
                .latencies);
  Finding finding{"nop", "a NOP to a worker and back, one at a time", "", "", std::nullopt, {}};
  finding.measured = pair_text(all.percentile(500), all.percentile(990));
  finding.figures = {{"jobs", all.count()}, {"latency", load::to_json(all)}};
  return finding;
}

// The two sides take turns; the difference of their percentiles is the daemon's.
Result<Finding> render_finding(const load::DaemonChoice& daemon, const std::string& device,
                               uint32_t extent, double seconds, uint32_t rounds) {
  const std::string size = std::to_string(extent);
  const uint16_t number = GN_TRY(daemon.device_number(device));
  OwnDevices alone = GN_TRY(OwnDevices::start({device, extent, 1, 1, false}));
  load::Latencies ours;
  std::vector<double> p50, p99;
  for (uint32_t i = 0; i < rounds; ++i) {
    ours.add(
        GN_TRY(run_phase(daemon, {one_by_one(load::JobKind::kHeatmap, extent, number, seconds)}))
            .groups[0]
            .latencies);
    const OwnDevicesOutcome theirs = GN_TRY(alone.run(seconds));
    p50.push_back(static_cast<double>(theirs.p50_ns));
    p99.push_back(static_cast<double>(theirs.p99_ns));
  }
  const auto alone_p50 = static_cast<uint64_t>(load::spread_of(p50).median);
  const auto alone_p99 = static_cast<uint64_t>(load::spread_of(p99).median);
  const auto above = [&](uint32_t per_mille, uint64_t than_ns) {
    const uint64_t with_ns = ours.percentile(per_mille);
    return with_ns > than_ns ? with_ns - than_ns : 0;
  };
  Finding finding{"render/" + device + "/" + size + "x" + size,
                  "RENDER through the daemon, above the same in one's own process",
                  "",
                  "",
                  std::nullopt,
                  {}};
  finding.measured = pair_text(above(500, alone_p50), above(990, alone_p99)) + "; of " +
                     pair_text(ours.percentile(500), ours.percentile(990));
  finding.figures = {{"jobs", ours.count()},
                     {"latency", load::to_json(ours)},
                     {"alone_p50_ns", alone_p50},
                     {"alone_p99_ns", alone_p99},
                     {"overhead_p50_ns", above(500, alone_p50)},
                     {"overhead_p99_ns", above(990, alone_p99)}};
  return finding;
}

Result<Finding> idle_finding(const load::DaemonChoice& daemon, double seconds) {
  // One that works has been started by what came before; a client is connected and says nothing.
  std::vector<std::pair<std::string, pid_t>> processes = {{"daemon", daemon.pid()}};
  const auto statistics = GN_TRY(daemon.statistics());
  for (const auto& worker : statistics["workers"])
    if (const auto process = worker["process"].get<pid_t>(); process > 0)
      processes.emplace_back("worker", process);
  std::vector<uint64_t> before;
  before.reserve(processes.size());
  load::sleep_until(load::now_ns() + load::kSecond_ns);  // what is left to do is done
  for (const auto& [name, process] : processes) before.push_back(GN_TRY(facts_of(process)).wakeups);
  load::sleep_until(load::now_ns() + static_cast<uint64_t>(seconds * 1e9));
  Finding finding{"idle", "wake-ups a second with a client connected and nothing to do",
                  "",     "0",
                  true,   nlohmann::ordered_json::object()};
  finding.figures["processes"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < processes.size(); ++i) {
    const uint64_t wakeups = GN_TRY(facts_of(processes[i].second)).wakeups - before[i];
    const double rate = static_cast<double>(wakeups) / seconds;
    finding.measured += (i == 0 ? "" : ", ") + processes[i].first + " " + number_text(rate, 3);
    finding.figures["processes"].push_back(
        {{"process", processes[i].first}, {"wakeups_per_second", rate}});
    if (wakeups > 0) finding.met = false;
  }
  return finding;
}

}  // namespace

Result<std::vector<Finding>> bench_overhead(const BenchOptions& options) {
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::own());
  const auto devices = options.device.empty() ? std::vector<std::string>{"cpu", "lavapipe"}
                                              : std::vector{options.device};
  std::vector<Finding> findings;
  note("measuring a NOP's way there and back ...");
  findings.push_back(GN_TRY(nop_finding(daemon, options.seconds, options.rounds)));
  for (const std::string& device : devices) {
    if (const auto number = daemon.device_number(device); !number) {
      findings.push_back(skipped("render/" + device, number.error().message));
      continue;
    }
    for (const uint32_t extent : kExtents) {
      note("measuring RENDER on " + device + " ...");
      findings.push_back(
          GN_TRY(render_finding(daemon, device, extent, options.seconds, options.rounds)));
    }
  }
  note("waiting for wake-ups ...");
  findings.push_back(GN_TRY(idle_finding(daemon, options.seconds)));
  return findings;
}

}  // namespace geoneuron::cli::bench
