// SPDX-License-Identifier: MIT
// The worker: three threads joined by queues: requests in, the device, replies out.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ring/channel.hpp"
#include "worker/executor.hpp"

namespace geoneuron::worker {

// Maps the channel, opens the device, tells the daemon so, locks itself in and serves until the
// daemon asks for the end. Errors: what kept it from serving, which the daemon was told where it
// could be; EPROTO, EPIPE as Intake::run.
Result<void> serve(const ExecutorOptions& options);

}  // namespace geoneuron::worker
