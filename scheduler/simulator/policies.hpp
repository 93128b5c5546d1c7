// SPDX-License-Identifier: MIT
// Policies: the daemon's and what it is compared with, by their names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "simulator/dispatcher.hpp"
#include "simulator/simulator.hpp"
#include "simulator/triton.hpp"

namespace geoneuron::simulator {

struct PolicyName {
  std::string name, what;
};
std::vector<PolicyName> policy_names();

struct RunOptions {
  uint64_t seed = 1;
  bool keep_trace = false;
  TritonOptions triton = {};
};

// Runs the workload under that policy. `isolated` runs each client of the workload by itself on a
// machine of its own: no policy can serve all of them as well as that.
// ENOENT: there is none of that name.
Result<Outcome> run_policy(const std::string& name, const Workload& workload,
                           const RunOptions& options);

}  // namespace geoneuron::simulator
