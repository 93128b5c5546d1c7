// SPDX-License-Identifier: MIT
// ProgramNeeds: the memory that a program on the cores takes beside its arena and its constants. It
// is known before anything is allocated, and it does not depend on the budget, so neither do the
// kernels. Thread-safe.
#pragma once

#include "perception/plan.hpp"

namespace geoneuron::engine::cpu {

struct ProgramNeeds {
  uint64_t packed_bytes = 0;   // weights in the layouts that oneDNN wants
  uint64_t scratch_bytes = 0;  // one block that all steps use by turns

  uint64_t total_bytes() const { return packed_bytes + scratch_bytes; }
};

// Of a plan whose slots need not be assigned yet, for the calling thread's number of threads.
// Errors: what preparing the kernels reports.
Result<ProgramNeeds> needs_of(const perception::Plan& plan);

}  // namespace geoneuron::engine::cpu
