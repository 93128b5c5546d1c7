// SPDX-License-Identifier: MIT
// The worker: four threads joined by queues: requests in, models parsed, the device, replies out.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ring/channel.hpp"
#include "worker/executor.hpp"

namespace geoneuron::worker {

// Starts the program `parser`, maps the channel, opens the device, tells the daemon so, locks
// itself in and serves until the daemon asks for the end. Errors: what kept it from serving, which
// the daemon was told where it could be; EPROTO, EPIPE as Intake::run.
Result<void> serve(const ExecutorOptions& options, const std::string& parser);

}  // namespace geoneuron::worker
