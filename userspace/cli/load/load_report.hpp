// SPDX-License-Identifier: MIT
// What a load run came to, as a table and as JSON. Pure functions; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/load/load_run.hpp"

namespace geoneuron::cli::load {

// A row for each group: jobs, rate, latency percentiles, misses. `first_column` is what groups are.
std::string outcome_table(const std::string& first_column, const std::vector<GroupOutcome>& groups);
nlohmann::ordered_json to_json(const GroupOutcome& group);

}  // namespace geoneuron::cli::load
