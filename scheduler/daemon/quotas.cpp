// SPDX-License-Identifier: MIT
#include "daemon/quotas.hpp"

#include <cassert>

namespace geoneuron::daemon {

using Number = unsigned long long;

Result<void> Quotas::take_context(uid_t user) {
  Use& use = users_[user];
  if (use.contexts >= limits_.contexts) {
    const Error error =
        make_error(EDQUOT, "user %u: has %llu connections; may have %llu (max_contexts)", user,
                   static_cast<Number>(use.contexts), static_cast<Number>(limits_.contexts));
    drop_if_empty(user);
    return error;
  }
  ++use.contexts;
  return {};
}

Result<void> Quotas::take_buffer(uid_t user, uint64_t size_bytes) {
  Use& use = users_[user];
  if (use.buffers >= limits_.buffers)
    return make_error(EDQUOT, "user %u: has %llu buffers; may have %llu (max_buffers)", user,
                      static_cast<Number>(use.buffers), static_cast<Number>(limits_.buffers));
  if (use.buffer_bytes > limits_.buffer_bytes ||
      size_bytes > limits_.buffer_bytes - use.buffer_bytes)
    return make_error(EDQUOT,
                      "user %u: has %llu bytes of buffers, and %llu more would pass the %llu that "
                      "a user may have (max_buffer_bytes)",
                      user, static_cast<Number>(use.buffer_bytes), static_cast<Number>(size_bytes),
                      static_cast<Number>(limits_.buffer_bytes));
  ++use.buffers;
  use.buffer_bytes += size_bytes;
  return {};
}

void Quotas::give_context(uid_t user) {
  Use& use = users_.at(user);
  assert(use.contexts > 0);
  --use.contexts;
  drop_if_empty(user);
}

void Quotas::give_buffer(uid_t user, uint64_t size_bytes) {
  Use& use = users_.at(user);
  assert(use.buffers > 0 && use.buffer_bytes >= size_bytes);
  --use.buffers;
  use.buffer_bytes -= size_bytes;
  drop_if_empty(user);
}

uint64_t Quotas::contexts_of(uid_t user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? 0 : found->second.contexts;
}

void Quotas::drop_if_empty(uid_t user) {
  const Use& use = users_.at(user);
  if (use.contexts == 0 && use.buffers == 0) users_.erase(user);
}

}  // namespace geoneuron::daemon
