// SPDX-License-Identifier: MIT
// The framing of socket.h: what a message is, and how one is written. Pure; thread-safe.
#pragma once

#include <geoneuron/socket.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::daemon {

struct Message {
  uint16_t kind = 0;   // one of a client's
  uint16_t count = 0;  // 1 where its kind has one entry
  std::span<const std::byte> entries;

  template <typename Entry>
  Entry entry(size_t index) const {
    Entry copy;
    std::memcpy(&copy, entries.data() + index * sizeof(Entry), sizeof copy);
    return copy;
  }
};

// A client's message. EPROTO, with the rule that it breaks.
Result<Message> parse_message(std::span<const std::byte> bytes);

template <typename Entry>
std::vector<std::byte> message_of(uint16_t kind, std::span<const Entry> entries) {
  const geoneuron_message header = {
      .kind = kind, .count = static_cast<uint16_t>(entries.size()), .padding = 0};
  std::vector<std::byte> bytes(sizeof header + entries.size_bytes());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, entries.data(), entries.size_bytes());
  return bytes;
}

template <typename Entry>
std::vector<std::byte> message_of(uint16_t kind, const Entry& entry) {
  return message_of(kind, std::span<const Entry>(&entry, 1));
}

std::vector<std::byte> refusal_of(const Error& error);

}  // namespace geoneuron::daemon
