// SPDX-License-Identifier: MIT
// Windows of batches with releases, weights and due dates, as text. Words and whole numbers between
// white space, times in nanoseconds, what follows '#' on a line is a comment:
//
//   devices D
//     upload_free compute_free readback_free staging_bytes          D times; staging 0: no limit
//   jobs N
//     release due weight must staging_bytes  upload compute readback ... N times; the last three
//     for
//                                            each device; due -1: never; must 1: of the top class
//   plan P                                   0: none; 1: what is left of the last plan:
//     count job ...                          for each device, jobs counted from 0
//
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "policy/timeline/problem.hpp"

namespace geoneuron::simulator {

struct TardinessInstance {
  policy::TimelineProblem problem;
  std::vector<policy::JobOrder> last_plan;  // one order per device; empty: none
};

// Errors: those of NumberReader; EINVAL for a job that is twice in the plan.
Result<TardinessInstance> read_tardiness(const std::string& path);

// The text that read_tardiness() reads.
std::string tardiness_text(const TardinessInstance& instance);

}  // namespace geoneuron::simulator
