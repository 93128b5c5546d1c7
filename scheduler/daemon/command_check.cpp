// SPDX-License-Identifier: MIT
#include "daemon/command_check.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace geoneuron::daemon {
namespace {

template <typename... Arguments>
std::string sentence(const char* format, Arguments... arguments) {
  char text[200];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

// What the kernel's `check` refuses before it looks at a buffer.
bool check_header(Accepted& accepted, uint32_t highest_class) {
  const geoneuron_command& command = accepted.command;
  if ((command.flags & ~(GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT)) != 0)
    accepted.fail(-EINVAL, sentence("command: flags 0x%x: must be LINK and IDEMPOTENT only",
                                    unsigned{command.flags}));
  else if (command.priority_class >= GEONEURON_CLASSES)
    accepted.fail(-EINVAL,
                  sentence("command: class %u: must be 0 to 3", unsigned{command.priority_class}));
  else if (command.reserved != 0)
    accepted.fail(-EINVAL, "command: reserved: must be 0");
  else if (command.buffer_count > GEONEURON_COMMAND_BUFFERS)
    accepted.fail(-EINVAL,
                  sentence("command: %u buffers: must be 0 to 8", unsigned{command.buffer_count}));
  else if (command.payload_bytes > GEONEURON_PAYLOAD_BYTES)
    accepted.fail(-EINVAL, sentence("command: payload of %u bytes: must be 0 to 288",
                                    unsigned{command.payload_bytes}));
  else if (command.priority_class > highest_class)
    accepted.fail(-EPERM, sentence("command: class %u: this client may use 0 to %u",
                                   unsigned{command.priority_class}, highest_class));
  return accepted.error == 0;
}

bool check_use(Accepted& accepted, size_t slot, const FindBuffer& find) {
  const geoneuron_buffer_use& use = accepted.command.buffers[slot];
  constexpr uint32_t kBoth = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE;
  if (use.access == 0 || (use.access & ~kBoth) != 0 || use.length == 0) {
    accepted.fail(-EINVAL, sentence("slot %zu: access %u and length %llu: must be READ, WRITE or "
                                    "both, and not 0",
                                    slot, use.access, static_cast<unsigned long long>(use.length)));
    return false;
  }
  BufferRef buffer = find(use.handle);
  if (!buffer) {
    accepted.fail(-ENOENT, sentence("slot %zu: handle %u: there is none", slot, use.handle));
    return false;
  }
  if (use.offset > buffer->size_bytes || use.length > buffer->size_bytes - use.offset)
    accepted.fail(-EINVAL, sentence("slot %zu: offset %llu and length %llu: must lie inside the "
                                    "buffer's %llu bytes",
                                    slot, static_cast<unsigned long long>(use.offset),
                                    static_cast<unsigned long long>(use.length),
                                    static_cast<unsigned long long>(buffer->size_bytes)));
  else if ((use.access & GEONEURON_ACCESS_WRITE) != 0 && buffer->read_only)
    accepted.fail(-EACCES, sentence("slot %zu: WRITE: the buffer may only be read", slot));
  accepted.buffers[slot] = std::move(buffer);
  return accepted.error == 0;
}

bool slot_is(const geoneuron_command& command, uint8_t slot, uint32_t access) {
  return slot < command.buffer_count && (command.buffers[slot].access & access) != 0;
}

const char* broken_rule(const geoneuron_command& command, const geoneuron_request& request) {
  constexpr uint16_t kFlags = GEONEURON_REQUEST_DROP_LATE | GEONEURON_REQUEST_NO_CACHE;
  if ((request.flags & ~kFlags) != 0) return "flags: must be DROP_LATE and NO_CACHE only";
  if (request.text_bytes > GEONEURON_REQUEST_TEXT_BYTES) return "text_bytes: must be 0 to 264";
  const char* rest = request.text + request.text_bytes;
  if (std::any_of(rest, std::end(request.text), [](char c) { return c != 0; }))
    return "text: bytes past text_bytes must be 0";
  if (request.text_slot != GEONEURON_NO_SLOT) {
    if (request.text_bytes != 0) return "text_bytes: must be 0 with a text_slot";
    if (!slot_is(command, request.text_slot, GEONEURON_ACCESS_READ))
      return "text_slot: must be a slot of the command with READ";
  }
  if (request.report_slot != GEONEURON_NO_SLOT &&
      !slot_is(command, request.report_slot, GEONEURON_ACCESS_WRITE))
    return "report_slot: must be a slot of the command with WRITE";
  return nullptr;
}

}  // namespace

void check_command(Accepted& accepted, uint32_t highest_class, const FindBuffer& find) {
  static constexpr geoneuron_buffer_use kUnused = {};
  if (!check_header(accepted, highest_class)) return;
  for (size_t slot = 0; slot < GEONEURON_COMMAND_BUFFERS; ++slot) {
    if (slot < accepted.command.buffer_count) {
      if (!check_use(accepted, slot, find)) return;
    } else if (std::memcmp(&accepted.command.buffers[slot], &kUnused, sizeof kUnused) != 0) {
      accepted.fail(-EINVAL, sentence("slot %zu: is not used: must be all 0", slot));
      return;
    }
  }
}

void check_request(Accepted& accepted, uint32_t devices) {
  const geoneuron_command& command = accepted.command;
  if (command.opcode == GEONEURON_NOP) {
    if (command.payload_bytes != 0 || command.buffer_count != 0)
      accepted.fail(-EINVAL, "NOP: has a payload or buffers; must have neither");
    return;
  }
  if (command.opcode > GEONEURON_QUERY) {
    accepted.fail(-EINVAL, sentence("opcode %u: is unknown", unsigned{command.opcode}));
    return;
  }
  if (command.payload_bytes != sizeof(geoneuron_request)) {
    accepted.fail(-EINVAL, sentence("payload: has %u bytes; must be a geoneuron_request of %zu",
                                    unsigned{command.payload_bytes}, sizeof(geoneuron_request)));
    return;
  }
  const geoneuron_request request = request_of(command);
  if (const char* rule = broken_rule(command, request))
    accepted.fail(-EINVAL, std::string("request: ") + rule);
  else if (request.device > devices)
    accepted.fail(-ENODEV, sentence("request: device %u: there are 1 to %u",
                                    unsigned{request.device}, devices));
}

geoneuron_request request_of(const geoneuron_command& command) {
  geoneuron_request request;
  static_assert(sizeof request == GEONEURON_PAYLOAD_BYTES);
  std::memcpy(&request, command.payload, sizeof request);
  return request;
}

}  // namespace geoneuron::daemon
