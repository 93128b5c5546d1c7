// SPDX-License-Identifier: MIT
#include "cli/bench/finding.hpp"

#include <cstdlib>
#include <thread>

#include "base/text.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::bench {

using nlohmann::ordered_json;

Finding ratio_finding(const std::string& name, const std::string& what,
                      const std::vector<double>& ours, const std::vector<double>& theirs,
                      std::optional<double> at_least) {
  std::vector<double> ratios;
  for (size_t i = 0; i < ours.size(); ++i)
    if (theirs[i] > 0) ratios.push_back(ours[i] / theirs[i]);
  const load::Spread ratio = load::spread_of(ratios), rate = load::spread_of(ours),
                     base = load::spread_of(theirs);
  Finding finding{name, what, "", "", std::nullopt, {}};
  finding.measured = number_text(ratio.median, 3) + " times (" + number_text(ratio.low, 3) +
                     " to " + number_text(ratio.high, 3) + "): " + number_text(rate.median, 4) +
                     " against " + number_text(base.median, 4) + " jobs/s";
  if (at_least) {
    finding.aim = "at least " + number_text(*at_least, 3) + " times";
    finding.met = ratio.median >= *at_least;
  }
  finding.figures = {{"ratio", ratio.median},
                     {"ratio_low", ratio.low},
                     {"ratio_high", ratio.high},
                     {"jobs_per_second", rate.median},
                     {"baseline_jobs_per_second", base.median},
                     {"rounds", ours.size()}};
  return finding;
}

Finding skipped(const std::string& name, const std::string& why) {
  return {name, "skipped: " + why, "", "", std::nullopt, {{"skipped", why}}};
}

std::string to_text(const std::vector<Finding>& findings) {
  std::vector<std::vector<std::string>> rows = {{"ROW", "WHAT", "MEASURED", "AIM", ""}};
  for (const Finding& finding : findings)
    rows.push_back({finding.name, finding.what, finding.measured, finding.aim,
                    !finding.met   ? ""
                    : *finding.met ? "met"
                                   : "missed"});
  return table(rows);
}

ordered_json to_json(const std::vector<Finding>& findings) {
  ordered_json rows = ordered_json::array();
  for (const Finding& finding : findings) {
    ordered_json row = {{"name", finding.name}, {"what", finding.what}, {"aim", finding.aim}};
    if (finding.met) row["met"] = *finding.met;
    row.update(finding.figures);
    rows.push_back(row);
  }
  return rows;
}

std::string load_text() {
  double load = 0;
  if (getloadavg(&load, 1) != 1) return "unknown";
  return number_text(load, 3) + " on " + std::to_string(std::thread::hardware_concurrency()) +
         " cores";
}

}  // namespace geoneuron::cli::bench
