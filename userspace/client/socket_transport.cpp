// SPDX-License-Identifier: MIT
// What a client asks of the transport; how a connection begins and ends is in
// socket_connection.cpp.
#include "client/socket_transport.hpp"

#include <geoneuron/socket.h>

#include <algorithm>
#include <utility>

namespace geoneuron::client {
namespace {

// So that a daemon that never stops talking cannot keep a caller here.
constexpr int kMessagesAtOnce = 64;

}  // namespace

bool SocketTransport::poll(Completions& arrived) {
  if (state_ != State::kConnected) clear_timer();
  if (channel_) receive(arrived);
  if (state_ == State::kHandshake && now_ns() >= handshake_end_ns_)
    lose(make_error(ETIMEDOUT, "%s: no answer to HELLO in %llu ms", endpoint_->name().c_str(),
                    static_cast<unsigned long long>(limits_.connect_ns / 1'000'000)),
         false, arrived);
  if (state_ == State::kFence && fence_is_closed()) settle(arrived);
  if (state_ == State::kBackOff && now_ns() >= next_try_ns_) try_again(arrived);
  drop_unused_buffers();
  flush();
  return std::exchange(has_cancelled_, false);
}

void SocketTransport::receive(Completions& arrived) {
  for (int i = 0; channel_ && i < kMessagesAtOnce; ++i) {
    const auto arrival = channel_->receive(message_);
    if (!arrival) return lose(arrival.error().prefixed(endpoint_->name()), true, arrived);
    if (*arrival == Channel::Arrival::kNothing) return;
    if (*arrival == Channel::Arrival::kEnd)
      return lose(make_error(ECONNRESET, "%s: the daemon has closed the connection",
                             endpoint_->name().c_str()),
                  false, arrived);
    const auto result = handle(message_, arrived);
    if (!result) return lose(result.error().prefixed(endpoint_->name()), true, arrived);
  }
}

Result<uint32_t> SocketTransport::submit(std::span<const Unit> units, Completions& arrived) {
  if (state_ == State::kDead) return reason_;
  uint32_t accepted = 0;
  for (const Unit& unit : units) {
    accepted += static_cast<uint32_t>(unit.commands.size());
    if (!unit.is_broken) {
      ledger_.accept(unit);
      continue;
    }
    geoneuron_completion completion{};
    completion.user_data = unit.commands.front().user_data;
    completion.result = -EINVAL;
    arrived.push_back(completion);
  }
  flush();
  return accepted;
}

void SocketTransport::cancel(const std::shared_ptr<CancelCall>& call, Completions& arrived) {
  // The rest of a chain must not follow its CANCEL.
  if (call->is_begun || (state_ == State::kConnected && ledger_.is_in_mid_chain())) return;
  call->is_begun = true;
  call->answer.cancelled = ledger_.cancel_unsent(call->answer.user_data, arrived);
  for (const uint64_t sequence : ledger_.mark_cancelled(call->answer.user_data)) {
    // A daemon that is gone can answer no more; the fence will.
    if (state_ != State::kConnected) {
      ++call->answer.requested;
      continue;
    }
    ++call->answers_due;
    due_cancels_.push_back({call, sequence});
    controls_.push_back({GEONEURON_MESSAGE_CANCEL, 0, sequence});
  }
  call->is_done = call->answers_due == 0;
  flush();
}

Result<BufferMemory> SocketTransport::create_buffer(uint64_t size_bytes) {
  if (state_ == State::kDead) return reason_;
  const BufferMemory memory = GN_TRY(buffers_.create(size_bytes, info_.max_buffer_bytes));
  if (state_ == State::kConnected) {
    controls_.push_back({GEONEURON_MESSAGE_BUFFER, memory.handle, 0});
    flush();
  }
  return memory;
}

Result<BufferMemory> SocketTransport::import_buffer(int, uint32_t) {
  return make_error(EOPNOTSUPP, "%s: a dma-buf can be imported through /dev/geoneuron only",
                    endpoint_->name().c_str());
}

Result<void> SocketTransport::destroy_buffer(uint32_t handle) {
  SocketBuffer* const buffer = buffers_.find(handle);
  if (buffer == nullptr || buffer->is_destroyed)
    return make_error(ENOENT, "buffer %u: no such handle", handle);
  buffer->is_destroyed = true;
  doomed_.insert(handle);
  drop_unused_buffers();
  flush();
  return {};
}

void SocketTransport::drop_unused_buffers() {
  for (auto doomed = doomed_.begin(); doomed != doomed_.end();) {
    const uint32_t handle = *doomed;
    if (ledger_.names(handle)) {
      ++doomed;
      continue;
    }
    doomed = doomed_.erase(doomed);
    if (state_ == State::kConnected)
      controls_.push_back({GEONEURON_MESSAGE_DESTROY, handle, 0});
    else
      buffers_.erase(handle);
  }
}

Result<geoneuron_info> SocketTransport::info() {
  geoneuron_info info = info_;
  info.server_attached = state_ == State::kConnected ? 1 : 0;
  return info;
}

void SocketTransport::flush() {
  if (state_ != State::kConnected) return;
  while (!controls_.empty()) {
    const auto sending = send_control(controls_.front());
    if (sending != Channel::Sending::kDone)
      return want_to_write(sending == Channel::Sending::kFull);
    if (controls_.front().kind == GEONEURON_MESSAGE_DESTROY)
      buffers_.erase(controls_.front().handle);
    controls_.pop_front();
  }
  while (send_commands()) {
  }
}

SocketTransport::Channel::Sending SocketTransport::send_control(const Control& control) {
  if (control.kind == GEONEURON_MESSAGE_BUFFER) {
    const SocketBuffer* const buffer = buffers_.find(control.handle);
    const geoneuron_socket_buffer entry{control.handle, 0, buffer->size_bytes};
    return channel_->send_one(control.kind, entry, buffer->memfd.get());
  }
  if (control.kind == GEONEURON_MESSAGE_DESTROY)
    return channel_->send_one(control.kind, geoneuron_destroy_buffer{control.handle, 0});
  geoneuron_cancel cancel{};
  cancel.user_data = control.sequence;
  return channel_->send_one(control.kind, cancel);
}

bool SocketTransport::send_commands() {
  const std::vector<geoneuron_command> commands = ledger_.next(GEONEURON_MESSAGE_ENTRIES);
  if (commands.empty()) {
    want_to_write(false);
    return false;
  }
  const auto sending = channel_->send(GEONEURON_MESSAGE_SUBMIT, commands);
  if (sending != Channel::Sending::kDone) {
    want_to_write(sending == Channel::Sending::kFull);
    return false;
  }
  ledger_.mark_sent(commands.size());
  return true;
}

void SocketTransport::want_to_write(bool wanted) {
  if (wanted == wants_to_write_) return;
  wants_to_write_ = wanted;
  poller_.change(channel_->fd(), wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

}  // namespace geoneuron::client
