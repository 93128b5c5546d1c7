// SPDX-License-Identifier: MIT
// Connection: one client of the socket: what it has said, what it has, and what it is owed. It
// touches no socket: bytes come in, and what to send goes out. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/accepted.hpp"
#include "daemon/chain_builder.hpp"
#include "daemon/message.hpp"
#include "daemon/outbox.hpp"
#include "daemon/peer.hpp"

namespace geoneuron::daemon {

class CommandSink;

class Connection {
 public:
  Connection(uint64_t context, Peer peer, uint32_t highest_class, BufferStore& buffers,
             CommandSink& sink);

  // Takes a message and the fds that came with it. An error ends the connection: it says which
  // rule was broken.
  Result<void> take(std::span<const std::byte> bytes, std::vector<UniqueFd> fds);

  uint64_t context() const { return context_; }
  const Peer& peer() const { return peer_; }
  uint32_t highest_class() const { return highest_class_; }
  bool has_said_hello() const { return completion_entries_ != 0; }
  // Once, after HELLO was taken: WELCOME is due.
  bool take_welcome_due() { return std::exchange(welcome_due_, false); }

  Outbox& outbox() { return outbox_; }
  // The client has `completions` more: it may have as many more commands.
  void delivered(uint32_t completions) { outstanding_ -= completions; }

 private:
  Result<void> hello(const Message& message);
  Result<void> buffer(const Message& message, std::vector<UniqueFd> fds);
  Result<void> destroy(const Message& message);
  Result<void> submit(const Message& message);
  Result<void> cancel(const Message& message);

  uint64_t context_;
  Peer peer_;
  uint32_t highest_class_;
  BufferStore* buffers_;
  CommandSink* sink_;
  bool welcome_due_ = false;
  uint32_t completion_entries_ = 0;  // 0: no HELLO yet
  uint32_t outstanding_ = 0;         // commands whose completion was not sent
  std::optional<ChainBuilder> chains_;
  std::unordered_map<uint32_t, BufferRef> handles_;
  Outbox outbox_;
};

}  // namespace geoneuron::daemon
