// SPDX-License-Identifier: MIT
#include "cli/bench/phase.hpp"

#include <algorithm>

#include "cli/load/clock.hpp"
#include "cli/load/statistics_report.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr uint64_t kPatience_ns = 120 * load::kSecond_ns;  // for what is under way at the end

}  // namespace

Result<Phase> run_phase(const load::DaemonChoice& daemon,
                        const std::vector<load::LoadPlan>& plans) {
  double longest = 0;
  for (const load::LoadPlan& plan : plans) longest = std::max(longest, plan.seconds);
  const auto run = GN_TRY(load::LoadRun::prepare(plans, daemon.socket()));
  const nlohmann::ordered_json before = GN_TRY(daemon.statistics());
  const uint64_t begin_ns = load::now_ns();
  run->begin();
  if (!run->wait(kPatience_ns + static_cast<uint64_t>(longest * 1e9)))
    return make_error(ETIME, "the clients' jobs did not end");
  const double seconds = static_cast<double>(load::now_ns() - begin_ns) * 1e-9;
  Phase phase{run->by_plan(), seconds, before, GN_TRY(daemon.statistics())};
  for (const load::GroupOutcome& group : phase.groups)
    if (group.failed > 0)
      return make_error(EIO, "%s: %s", group.name.c_str(), group.first_failure.c_str());
  return phase;
}

uint64_t device_ns_of_class(const Phase& phase, uint32_t priority_class) {
  const auto of = [&](const nlohmann::ordered_json& statistics) {
    return statistics["classes"][priority_class]["device_ns"].get<uint64_t>();
  };
  return of(phase.after) - of(phase.before);
}

uint64_t longest_batch_ns(const Phase& phase) {
  uint64_t longest_ns = 0;
  const auto& devices = phase.after["devices"];
  for (size_t i = 0; i < devices.size(); ++i)
    longest_ns = std::max(
        longest_ns,
        load::percentile_of(devices[i]["batch_ns"], &phase.before["devices"][i]["batch_ns"], 1000));
  return longest_ns;
}

}  // namespace geoneuron::cli::bench
