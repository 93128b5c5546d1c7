// SPDX-License-Identifier: MIT
// Flow shops as text files: `jobs machines`, then one row of times per machine, as in Taillard's
// benchmarks. Thread-safe.
#pragma once

#include <string>

#include "base/result.hpp"
#include "policy/timeline/flow_shop.hpp"

namespace geoneuron::simulator {

inline constexpr int64_t kMostShopJobs = 2000;

// Errors: those of NumberReader, for 1 to kMostShopJobs jobs and 1 to policy::kMostMachines
// machines; EINVAL too where all times together are more than policy::kLongestShop.
Result<policy::FlowShop> read_flowshop(const std::string& path);

}  // namespace geoneuron::simulator
