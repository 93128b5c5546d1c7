// SPDX-License-Identifier: MIT
#include "worker/reply_writer.hpp"

#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

namespace geoneuron::worker {
namespace {

// The longest begin of `text` with at most `most` bytes that does not end inside a character.
size_t cut_length(std::string_view text, size_t most) {
  if (text.size() <= most) return text.size();
  size_t length = most;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return length;
}

Result<void> put(ring::WorkerChannel& channel, const ring::Reply& reply) {
  while (!GN_TRY(channel.replies().put(reply))) {
    channel.publish_replies();
    // The daemon has more unread replies than it should let come together; it is not worth a
    // second doorbell to learn when it has read one.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

}  // namespace

ring::Reply make_reply(uint64_t job, const Outcome& outcome) {
  ring::Reply reply;
  reply.job = job;
  reply.value = outcome.value;
  if (!outcome.error) return reply;
  const Error& error = *outcome.error;
  reply.result = -(error.code > 0 ? error.code : EINVAL);
  std::memcpy(reply.reason, error.message.data(),
              cut_length(error.message, sizeof reply.reason - 1));
  return reply;
}

Result<void> write_replies(ring::WorkerChannel& channel, ReplyQueue& queue) {
  while (const auto batch = queue.pop()) {
    for (const ring::Reply& reply : batch->replies) GN_TRY(put(channel, reply));
    channel.publish_replies();
  }
  return {};
}

}  // namespace geoneuron::worker
