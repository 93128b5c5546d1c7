// SPDX-License-Identifier: MIT
// Traces: the jobs of a run as JSON, to be run again, and what was sent as JSON or as a picture.
#pragma once

#include <string>

#include "base/result.hpp"
#include "simulator/outcome.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

// {"machine":{..},"jobs":[{"arrival_ns":..,"client":..,..},..],"batches":[..]}: times in
// nanoseconds, classes from 0 (background) to 3 (realtime).
std::string trace_as_json(const Workload& workload, const Outcome& outcome);

// The machine and the jobs of such a text. What a job does not tell is as for TracedJob; it must
// tell arrival_ns, client, and compute_ns. EINVAL, with a sentence that names `file`.
Result<Workload> trace_from_json(const std::string& file, const std::string& text);

// The batches between two times, one row for each engine of each device, coloured by client.
std::string gantt_chart(const Outcome& outcome, uint64_t from_ns, uint64_t to_ns);

}  // namespace geoneuron::simulator
