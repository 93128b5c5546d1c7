// SPDX-License-Identifier: MIT
// The demo's second half: a daemon that eight clients of different classes share for some seconds.
// Not thread-safe.
#pragma once

#include <string>

#include "base/result.hpp"

namespace geoneuron::cli::demo {

// Starts a daemon of its own; shows on standard output how its clients fare (a table that renews
// itself on a terminal, else a line a second), and at the end latencies by class, what batches
// held, how busy the device was, and how eight clients compare with eight processes that have a
// Vulkan device each. `digits`: the folder of digits.onnx. Errors: the daemon cannot be started; a
// job failed.
Result<void> show_daemon(const std::string& digits);

}  // namespace geoneuron::cli::demo
