// SPDX-License-Identifier: MIT
// Instances with releases, weights and due dates as a scheduler meets them: a window of batches on
// one device of which a tenth has begun and was replaced, with the plan from before that. The same
// on every machine. Thread-safe.
#pragma once

#include <cstdint>

#include "policy/timeline/random.hpp"
#include "simulator/tardiness_file.hpp"

namespace geoneuron::simulator {

// What a batch takes on a GPU: uploads of up to 0.8 ms, computing of up to 4 ms, readbacks of up to
// 0.4 ms; most of them are much shorter.
policy::EngineTimes engine_times(policy::Random& random);

// `jobs`: 2 to policy::kMostTimelineJobs. The plan from before is one in which no job has a better
// place, found by trying: what a search leaves that has little time.
TardinessInstance generate_tardiness(uint32_t jobs, uint64_t seed);

}  // namespace geoneuron::simulator
