// SPDX-License-Identifier: MIT
#include "daemon/connection.hpp"

#include <bit>

#include "daemon/command_check.hpp"
#include "daemon/command_sink.hpp"

namespace geoneuron::daemon {

Connection::Connection(uint64_t context, Peer peer, uint32_t highest_class, BufferStore& buffers,
                       CommandSink& sink)
    : context_(context),
      peer_(std::move(peer)),
      highest_class_(highest_class),
      buffers_(&buffers),
      sink_(&sink) {}

Result<void> Connection::take(std::span<const std::byte> bytes, std::vector<UniqueFd> fds) {
  const Message message = GN_TRY(parse_message(bytes));
  if (completion_entries_ == 0 && message.kind != GEONEURON_MESSAGE_HELLO)
    return make_error(EPROTO, "message: kind %u comes before HELLO", unsigned{message.kind});
  const size_t wanted_fds = message.kind == GEONEURON_MESSAGE_BUFFER ? 1 : 0;
  if (fds.size() != wanted_fds)
    return make_error(EPROTO, "message: kind %u comes with %zu fds; must come with %zu",
                      unsigned{message.kind}, fds.size(), wanted_fds);
  switch (message.kind) {
    case GEONEURON_MESSAGE_HELLO:
      return hello(message);
    case GEONEURON_MESSAGE_BUFFER:
      return buffer(message, std::move(fds));
    case GEONEURON_MESSAGE_DESTROY:
      return destroy(message);
    case GEONEURON_MESSAGE_SUBMIT:
      return submit(message);
    default:
      return cancel(message);
  }
}

Result<void> Connection::hello(const Message& message) {
  const auto hello = message.entry<geoneuron_hello>(0);
  if (completion_entries_ != 0) return make_error(EPROTO, "HELLO: comes a second time");
  if (hello.version != GEONEURON_SOCKET_VERSION)
    return make_error(EPROTONOSUPPORT, "HELLO: version %u: this daemon speaks %d", hello.version,
                      GEONEURON_SOCKET_VERSION);
  if (hello.reserved != 0) return invalid("HELLO: reserved: must be 0");
  if (!std::has_single_bit(hello.completion_entries) ||
      hello.completion_entries < GEONEURON_MIN_RING_ENTRIES ||
      hello.completion_entries > GEONEURON_MAX_RING_ENTRIES)
    return invalid("HELLO: completion_entries %u: must be a power of two from 2 to 4096",
                   hello.completion_entries);
  completion_entries_ = hello.completion_entries;
  chains_.emplace(completion_entries_);
  welcome_due_ = true;
  return {};
}

Result<void> Connection::buffer(const Message& message, std::vector<UniqueFd> fds) {
  const auto announced = message.entry<geoneuron_socket_buffer>(0);
  if (announced.handle == 0) return invalid("BUFFER: handle: must not be 0");
  if ((announced.flags & ~uint32_t{GEONEURON_IMPORT_READ_ONLY}) != 0)
    return invalid("BUFFER: flags 0x%x: must be READ_ONLY or 0", announced.flags);
  if (handles_.contains(announced.handle))
    return make_error(EEXIST, "BUFFER: handle %u: is in use", announced.handle);
  if (handles_.size() >= GEONEURON_SOCKET_MAX_BUFFERS)
    return make_error(ENOSPC, "BUFFER: a context may have %d handles",
                      GEONEURON_SOCKET_MAX_BUFFERS);
  BufferRef added = GN_TRY(buffers_->add(peer_.uid, std::move(fds.front()), announced.size,
                                         (announced.flags & GEONEURON_IMPORT_READ_ONLY) != 0));
  handles_.emplace(announced.handle, std::move(added));
  return {};
}

Result<void> Connection::destroy(const Message& message) {
  const auto ask = message.entry<geoneuron_destroy_buffer>(0);
  if (ask.padding != 0) return invalid("DESTROY: padding: must be 0");
  if (handles_.erase(ask.handle) == 0)
    return make_error(ENOENT, "DESTROY: handle %u: there is none", ask.handle);
  return {};
}

Result<void> Connection::submit(const Message& message) {
  if (message.count > completion_entries_ - outstanding_)
    return make_error(EPROTO,
                      "SUBMIT: %u commands beside %u without a completion; may be %u together "
                      "(completion_entries)",
                      unsigned{message.count}, outstanding_, completion_entries_);
  const FindBuffer find = [this](uint32_t handle) {
    const auto found = handles_.find(handle);
    return found == handles_.end() ? BufferRef() : found->second.another();
  };
  for (size_t i = 0; i < message.count; ++i) {
    Accepted accepted;
    accepted.command = message.entry<geoneuron_command>(i);
    accepted.id = accepted.command_id = sink_->next_command_id();
    ++outstanding_;
    check_command(accepted, highest_class_, find);
    if (std::optional<Group> group = chains_->add(std::move(accepted)))
      sink_->submit(context_, std::move(*group));
  }
  return {};
}

Result<void> Connection::cancel(const Message& message) {
  auto ask = message.entry<geoneuron_cancel>(0);
  if (ask.flags != 0 || ask.cancelled != 0 || ask.requested != 0 || ask.not_found != 0)
    return invalid("CANCEL: flags and outputs: must be 0");
  ChainBuilder::Cancelled open = chains_->cancel(ask.user_data);
  if (!open.group.empty()) sink_->submit(context_, std::move(open.group));
  ask.cancelled = open.meant;
  sink_->cancel(context_, ask);
  return {};
}

}  // namespace geoneuron::daemon
