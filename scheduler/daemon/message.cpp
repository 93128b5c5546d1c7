// SPDX-License-Identifier: MIT
#include "daemon/message.hpp"

#include <algorithm>

namespace geoneuron::daemon {
namespace {

// Of an entry of that kind; 0: no kind of a client's.
size_t entry_bytes(uint16_t kind) {
  switch (kind) {
    case GEONEURON_MESSAGE_HELLO:
      return sizeof(geoneuron_hello);
    case GEONEURON_MESSAGE_BUFFER:
      return sizeof(geoneuron_socket_buffer);
    case GEONEURON_MESSAGE_DESTROY:
      return sizeof(geoneuron_destroy_buffer);
    case GEONEURON_MESSAGE_SUBMIT:
      return sizeof(geoneuron_command);
    case GEONEURON_MESSAGE_CANCEL:
      return sizeof(geoneuron_cancel);
    default:
      return 0;
  }
}

}  // namespace

Result<Message> parse_message(std::span<const std::byte> bytes) {
  geoneuron_message header = {};
  if (bytes.size() < sizeof header)
    return make_error(EPROTO, "message: has %zu bytes; must have 8 and its entries", bytes.size());
  std::memcpy(&header, bytes.data(), sizeof header);
  const size_t each = entry_bytes(header.kind);
  const unsigned most = header.kind == GEONEURON_MESSAGE_SUBMIT ? GEONEURON_MESSAGE_ENTRIES : 1;
  if (each == 0) return make_error(EPROTO, "message: kind %u: is unknown", unsigned{header.kind});
  if (header.padding != 0) return make_error(EPROTO, "message: padding: must be 0");
  if (header.count == 0 || header.count > most)
    return make_error(EPROTO, "message: kind %u has %u entries; must have 1 to %u",
                      unsigned{header.kind}, unsigned{header.count}, most);
  if (bytes.size() != sizeof header + header.count * each)
    return make_error(EPROTO, "message: kind %u with %u entries has %zu bytes; must have %zu",
                      unsigned{header.kind}, unsigned{header.count}, bytes.size(),
                      sizeof header + header.count * each);
  return Message{
      .kind = header.kind, .count = header.count, .entries = bytes.subspan(sizeof header)};
}

std::vector<std::byte> refusal_of(const Error& error) {
  geoneuron_refusal refusal = {};
  refusal.error = -error.code;
  const size_t length = std::min(error.message.size(), sizeof refusal.sentence - 1);
  std::memcpy(refusal.sentence, error.message.data(), length);
  return message_of(GEONEURON_MESSAGE_REFUSED, refusal);
}

}  // namespace geoneuron::daemon
