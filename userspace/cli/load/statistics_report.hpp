// SPDX-License-Identifier: MIT
// What a daemon says of itself (QUERY statistics and costs), as tables. Pure functions;
// thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace geoneuron::cli::load {

// An answer of the daemon's, with the time at which it came.
struct Statistics {
  nlohmann::ordered_json json;
  uint64_t time_ns = 0;
};

// Four tables: contexts, classes, devices, workers. Where `before` is not null, jobs a second and
// the share of time that devices were busy since then. EPROTO: the answer has another form.
Result<std::string> statistics_text(const Statistics& now, const Statistics* before);
// What jobs are predicted to take. EPROTO as above.
Result<std::string> costs_text(const nlohmann::ordered_json& costs);

// Of a distribution as statistics hold them, [[from, count], ...]: the mean, and the lowest value
// of the interval that a share lies in. `before`: what to take off, or null.
double mean_of(const nlohmann::ordered_json& rows);
uint64_t percentile_of(const nlohmann::ordered_json& rows, const nlohmann::ordered_json* before,
                       uint32_t per_mille);

}  // namespace geoneuron::cli::load
