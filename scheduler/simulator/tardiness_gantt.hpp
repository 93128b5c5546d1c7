// SPDX-License-Identifier: MIT
// A plan as a picture: what each engine of each device does when. Thread-safe.
#pragma once

#include <span>
#include <string>

#include "policy/timeline/problem.hpp"

namespace geoneuron::simulator {

// An SVG of a fixed size. A job has one colour on all engines, and its number where that fits; late
// ones have a red edge.
std::string gantt_svg(const policy::TimelineProblem& problem,
                      std::span<const policy::JobOrder> orders);

}  // namespace geoneuron::simulator
