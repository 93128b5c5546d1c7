// SPDX-License-Identifier: MIT
// ReplyWriter: the thread that puts replies into the daemon's ring.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "ring/channel.hpp"
#include "worker/handoff.hpp"
#include "worker/outcome.hpp"

namespace geoneuron::worker {

struct ReplyBatch {
  std::vector<ring::Reply> replies;
};
using ReplyQueue = Handoff<ReplyBatch, 256>;

// Makes the reply to a job; the sentence is cut where it is too long.
ring::Reply make_reply(uint64_t job, const Outcome& outcome);

// Puts all replies of the queue until that is closed. EPROTO where the daemon's index is
// impossible.
Result<void> write_replies(ring::WorkerChannel& channel, ReplyQueue& queue);

}  // namespace geoneuron::worker
