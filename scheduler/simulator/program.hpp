// SPDX-License-Identifier: MIT
// The program `geoneuron-sim`, but for main().
#pragma once

namespace geoneuron::simulator {

// Parses the arguments and acts. Returns the exit status: 0 done, 1 failed (one sentence on
// standard error), 2 wrong usage.
int run_program(int argc, char** argv);

}  // namespace geoneuron::simulator
