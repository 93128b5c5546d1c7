// SPDX-License-Identifier: MIT
// Interference: what a bulk load does to a stream of frames, what the stream leaves of the bulk
// load, and how fairly equal clients share.
#include "base/text.hpp"
#include "cli/bench/finding.hpp"
#include "cli/bench/phase.hpp"
#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr double kFrameRate = 60;
constexpr uint32_t kInFlight = 2;  // batches of a device: policy::Limits
constexpr double kLatencyFactor = 1.25, kKeptAtLeast = 0.85, kFairAtLeast = 0.97;

load::LoadPlan stream(uint16_t device, double seconds) {
  load::LoadPlan plan;
  plan.name = "stream";
  plan.priority_class = GEONEURON_CLASS_INTERACTIVE;
  plan.rate = kFrameRate;
  plan.in_flight = 16;
  plan.seconds = seconds;
  plan.device = device;
  return plan;
}

// More than the device can do, whatever it is.
load::LoadPlan bulk(uint16_t device, double seconds) {
  load::LoadPlan plan;
  plan.name = "bulk";
  plan.clients = 2;
  plan.priority_class = GEONEURON_CLASS_BACKGROUND;
  plan.width = plan.height = 512;
  plan.in_flight = 8;
  plan.seconds = seconds;
  plan.device = device;
  return plan;
}

load::LoadPlan equals(uint16_t device, double seconds) {
  load::LoadPlan plan;
  plan.name = "equals";
  plan.clients = 4;
  plan.in_flight = 8;
  plan.seconds = seconds;
  plan.device = device;
  return plan;
}

struct Measured {
  load::Latencies alone, loaded;
  std::vector<double> kept, fairness;
  uint64_t longest_batch_ns = 0;
};

Result<void> measure_round(const load::DaemonChoice& daemon, uint16_t device, double seconds,
                           Measured& measured) {
  const Phase alone = GN_TRY(run_phase(daemon, {stream(device, seconds)}));
  const Phase loaded = GN_TRY(run_phase(daemon, {stream(device, seconds), bulk(device, seconds)}));
  const Phase bulk_alone = GN_TRY(run_phase(daemon, {bulk(device, seconds)}));
  const Phase fair = GN_TRY(run_phase(daemon, {equals(device, seconds)}));
  measured.alone.add(alone.groups[0].latencies);
  measured.loaded.add(loaded.groups[0].latencies);
  measured.longest_batch_ns = std::max(measured.longest_batch_ns, longest_batch_ns(loaded));
  const double used = static_cast<double>(device_ns_of_class(loaded, GEONEURON_CLASS_INTERACTIVE)) *
                      1e-9 / loaded.seconds;
  const double left = bulk_alone.groups[0].rate() * (1 - used);
  measured.kept.push_back(left > 0 ? loaded.groups[1].rate() / left : 0);
  measured.fairness.push_back(load::jains_index(fair.groups[0].rates));
  return {};
}

Finding latency_finding(const Measured& measured) {
  const uint64_t alone_ns = measured.alone.percentile(990),
                 loaded_ns = measured.loaded.percentile(990);
  const auto allowed_ns = static_cast<uint64_t>(kLatencyFactor * static_cast<double>(alone_ns)) +
                          kInFlight * measured.longest_batch_ns;
  Finding finding{
      "latency",    "p99 of a 60 Hz INTERACTIVE stream under a saturating BACKGROUND load",
      "",           "",
      std::nullopt, {}};
  finding.measured = format_duration(loaded_ns) + "; alone " + format_duration(alone_ns) +
                     ", longest batch " + format_duration(measured.longest_batch_ns);
  finding.aim = "at most 1.25 x alone + 2 x longest batch = " + format_duration(allowed_ns);
  finding.met = loaded_ns <= allowed_ns;
  finding.figures = {{"frames", measured.loaded.count()},
                     {"alone", load::to_json(measured.alone)},
                     {"loaded", load::to_json(measured.loaded)},
                     {"longest_batch_ns", measured.longest_batch_ns},
                     {"allowed_p99_ns", allowed_ns}};
  return finding;
}

Finding share_finding(const std::string& name, const std::string& what,
                      const std::vector<double>& values, double at_least) {
  const load::Spread spread = load::spread_of(values);
  Finding finding{name, what, "", "at least " + number_text(at_least, 3), spread.median >= at_least,
                  {}};
  finding.measured = number_text(spread.median, 4) + " (" + number_text(spread.low, 4) + " to " +
                     number_text(spread.high, 4) + ")";
  finding.figures = {{"median", spread.median},
                     {"low", spread.low},
                     {"high", spread.high},
                     {"rounds", values.size()}};
  return finding;
}

}  // namespace

Result<std::vector<Finding>> bench_interference(const BenchOptions& options) {
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::own());
  const uint16_t device =
      GN_TRY(daemon.device_number(options.device.empty() ? "auto" : options.device));
  // What batches cost must be known before it counts.
  GN_TRY(
      run_phase(daemon, {stream(device, options.seconds / 2), bulk(device, options.seconds / 2)}));
  Measured measured;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    note("measuring, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds) +
         " ...");
    GN_TRY(measure_round(daemon, device, options.seconds, measured));
  }
  return std::vector<Finding>{
      latency_finding(measured),
      share_finding("background", "of what the stream leaves, the BACKGROUND load gets",
                    measured.kept, kKeptAtLeast),
      share_finding("fairness", "Jain's index of the rates of four equal clients",
                    measured.fairness, kFairAtLeast)};
}

}  // namespace geoneuron::cli::bench
