// SPDX-License-Identifier: MIT
// Phase: a load on a daemon for some seconds, with what the daemon counted meanwhile. Not
// thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "base/result.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/load_run.hpp"

namespace geoneuron::cli::bench {

struct Phase {
  std::vector<load::GroupOutcome> groups;  // one for each plan
  double seconds = 0;
  nlohmann::ordered_json before, after;  // QUERY statistics
};

// Runs the plans to their end. EIO: one of their jobs failed.
Result<Phase> run_phase(const load::DaemonChoice& daemon, const std::vector<load::LoadPlan>& plans);

// Nanoseconds of device time that jobs of a class (GEONEURON_CLASS_*) took in the phase.
uint64_t device_ns_of_class(const Phase& phase, uint32_t priority_class);
// The longest batch of any device in the phase, at most an eighth too low.
uint64_t longest_batch_ns(const Phase& phase);

}  // namespace geoneuron::cli::bench
