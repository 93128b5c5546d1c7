// SPDX-License-Identifier: MIT
#include "cli/load/load_report.hpp"

#include "base/text.hpp"
#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::load {

std::string outcome_table(const std::string& first_column,
                          const std::vector<GroupOutcome>& groups) {
  std::vector<std::vector<std::string>> rows = {
      {first_column, "CLIENTS", "JOBS", "JOBS/S", "P50", "P90", "P99", "MAX", "MISSED", "FAILED"}};
  for (const GroupOutcome& group : groups) {
    const auto share = [&](uint32_t per_mille) {
      return group.done() == 0 ? "-" : format_duration(group.latencies.percentile(per_mille));
    };
    rows.push_back({group.name, std::to_string(group.clients), std::to_string(group.done()),
                    number_text(group.rate(), 4), share(500), share(900), share(990), share(1000),
                    std::to_string(group.missed()), std::to_string(group.failed)});
  }
  return table(rows);
}

nlohmann::ordered_json to_json(const GroupOutcome& group) {
  nlohmann::ordered_json json = {{"name", group.name},
                                 {"clients", group.clients},
                                 {"jobs", group.done()},
                                 {"seconds", group.seconds},
                                 {"jobs_per_second", group.rate()},
                                 {"latency", to_json(group.latencies)},
                                 {"late", group.late},
                                 {"dropped", group.dropped},
                                 {"failed", group.failed}};
  if (!group.first_failure.empty()) json["first_failure"] = group.first_failure;
  return json;
}

}  // namespace geoneuron::cli::load
