// SPDX-License-Identifier: MIT
// What a run of a plan takes in host memory. Pure functions; thread-safe.
#pragma once

#include <cstdint>

#include "perception/plan.hpp"

namespace geoneuron::perception {

// Most host memory at once, of a plan whose lifetimes and kept tensors are decided: values that
// live there, operands and results of host steps on their way, the copy of a kept tensor while it
// is handed out, and what later segments need. Inputs are the caller's.
uint64_t host_peak_bytes(const Plan& plan);

}  // namespace geoneuron::perception
