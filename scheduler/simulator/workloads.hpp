// SPDX-License-Identifier: MIT
// The workloads that policies are judged by.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

struct WorkloadName {
  std::string name, what;
};
// In the order in which they are told.
std::vector<WorkloadName> workload_names();

// load: W2 times its rate; W5 the top class's part of the device's time. Others leave it unused.
// ENOENT: there is none of that name.
Result<Workload> workload_named(const std::string& name, double load = 1);

}  // namespace geoneuron::simulator
