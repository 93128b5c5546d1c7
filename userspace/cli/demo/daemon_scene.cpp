// SPDX-License-Identifier: MIT
#include "cli/demo/daemon_scene.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/bench/finding.hpp"
#include "cli/byte_size.hpp"
#include "cli/load/clock.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/load_report.hpp"
#include "cli/load/load_run.hpp"
#include "cli/load/statistics_report.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::demo {
namespace {

using load::LoadPlan;
using load::LoadRun;

constexpr double kSeconds = 6;
constexpr uint64_t kFrame_ns = load::kSecond_ns / 60;

// Eight clients in all.
std::vector<LoadPlan> plans_of(const std::string& digits) {
  LoadPlan frames, looks, atlases;
  frames.name = "frames";
  frames.priority_class = GEONEURON_CLASS_INTERACTIVE;
  frames.rate = 60;
  frames.in_flight = 16;
  frames.deadline_ns = kFrame_ns;
  looks.name = "looks";
  looks.clients = 3;
  looks.kind = load::JobKind::kPerceive;
  looks.model = digits + "/digits.onnx";
  looks.view = "feature_grid";
  looks.tensor = "relu1";
  looks.rate = 2;
  looks.in_flight = 2;
  atlases.name = "atlases";
  atlases.clients = 4;
  atlases.priority_class = GEONEURON_CLASS_BACKGROUND;
  atlases.width = atlases.height = 512;
  atlases.in_flight = 4;
  for (LoadPlan* plan : {&frames, &looks, &atlases}) plan->seconds = kSeconds;
  return {frames, looks, atlases};
}

std::string line_of(const LoadRun& run) {
  std::string line;
  for (const auto& group : run.by_plan())
    line += (line.empty() ? "  " : "; ") + group.name + ": " + std::to_string(group.done()) +
            " jobs, p99 " + format_duration(group.latencies.percentile(990));
  return line + "\n";
}

// The table takes the place of the one before; elsewhere each second has its line.
Result<void> watch(LoadRun& run) {
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  size_t lines = 0;
  while (!run.wait(is_terminal ? load::kSecond_ns / 4 : load::kSecond_ns)) {
    std::string text = is_terminal ? load::outcome_table("STREAM", run.by_plan()) : line_of(run);
    if (is_terminal && lines > 0) text.insert(0, "\x1b[" + std::to_string(lines) + "A\x1b[J");
    lines = static_cast<size_t>(std::ranges::count(text, '\n'));
    GN_TRY(print(text));
  }
  if (is_terminal && lines > 0) GN_TRY(print("\x1b[" + std::to_string(lines) + "A\x1b[J"));
  return {};
}

std::string device_lines(const nlohmann::ordered_json& statistics, double seconds) {
  std::string text;
  for (const auto& device : statistics["devices"]) {
    const auto batches = device["batches"].get<uint64_t>();
    if (batches == 0) continue;
    const double busy = device["device_ns"].get<double>() * 1e-9 / seconds;
    const double mean = device["jobs"].get<double>() / static_cast<double>(batches);
    text += "  " + device["device"].get<std::string>() + ": busy " + number_text(100 * busy, 3) +
            " % of the time; " + std::to_string(batches) + " batches of " + number_text(mean, 3) +
            " jobs in the mean, half of at least " +
            std::to_string(load::percentile_of(device["batch_jobs"], nullptr, 500)) +
            "; 99 of 100 within " +
            format_duration(load::percentile_of(device["batch_ns"], nullptr, 990)) + "\n";
  }
  return text;
}

Result<void> share_daemon(const std::string& digits) {
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::own());
  const auto run = GN_TRY(LoadRun::prepare(plans_of(digits), daemon.socket()));
  GN_TRY(
      print("\nOne daemon, eight clients: frames at 60 Hz (interactive), looks into a network "
            "now and then (normal), atlases in bulk (background)\n"));
  run->begin();
  GN_TRY(watch(*run));
  const auto entries = run->by_plan();
  const auto statistics = GN_TRY(daemon.statistics());
  GN_TRY(print(load::outcome_table("STREAM", entries) + "\n" +
               load::outcome_table("CLASS", run->by_class()) + "\n" +
               device_lines(statistics, entries.back().seconds)));
  for (const auto& entry : entries)
    if (entry.failed > 0)
      return make_error(EIO, "%s: %llu jobs failed: %s", entry.name.c_str(),
                        static_cast<unsigned long long>(entry.failed), entry.first_failure.c_str());
  return {};
}

Result<void> compare_with_processes() {
  bench::BenchOptions options;
  options.device = "lavapipe";
  options.seconds = 1;
  options.rounds = 3;
  for (const auto& finding : GN_TRY(bench::bench_throughput(options)))
    GN_TRY(print("  " + finding.name + ": " + finding.what +
                 (finding.measured.empty() ? "" : ": " + finding.measured) + "\n"));
  return {};
}

}  // namespace

Result<void> show_daemon(const std::string& digits) {
  GN_TRY(share_daemon(digits));
  GN_TRY(print("\nThe same heatmaps, by clients of a daemon and by processes on their own\n"));
  return compare_with_processes();
}

}  // namespace geoneuron::cli::demo
