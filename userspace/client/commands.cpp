// SPDX-License-Identifier: MIT
// The C functions that build commands.
#include <geoneuron/geoneuron.h>

#include <cstddef>
#include <cstring>
#include <string_view>

#include "client/api.hpp"
#include "client/request.hpp"

namespace geoneuron::client {
namespace {

void begin(geoneuron_command& command, uint16_t opcode) {
  command = {};
  command.opcode = opcode;
  command.flags = GEONEURON_COMMAND_IDEMPOTENT;
  command.priority_class = GEONEURON_CLASS_NORMAL;
}

void set_request(geoneuron_command& command, const geoneuron_request& request) {
  std::memcpy(command.payload, &request, sizeof(request));
  command.payload_bytes = sizeof(request);
}

Result<int> build(geoneuron_command& command, uint16_t opcode, uint64_t object, uint64_t source,
                  const char* text) {
  const std::string_view words = text != nullptr ? text : "";
  if (words.size() > GEONEURON_REQUEST_TEXT_BYTES)
    return make_error(E2BIG, "a text of %zu bytes: at most %d; a longer one goes into a buffer",
                      words.size(), GEONEURON_REQUEST_TEXT_BYTES);
  begin(command, opcode);
  geoneuron_request request{};
  request.object = object;
  request.source = source;
  request.text_bytes = static_cast<uint16_t>(words.size());
  request.text_slot = GEONEURON_NO_SLOT;
  request.report_slot = GEONEURON_NO_SLOT;
  words.copy(request.text, sizeof(request.text));
  set_request(command, request);
  return 0;
}

Result<int> use(geoneuron_command& command, const geoneuron_buffer& buffer, uint32_t access,
                uint64_t offset, uint64_t length) {
  const uint64_t size = buffer.memory.size_bytes;
  if (command.buffer_count >= GEONEURON_COMMAND_BUFFERS)
    return make_error(ENOSPC, "a command names at most %d buffers", GEONEURON_COMMAND_BUFFERS);
  if (access == 0 || (access & ~uint32_t{GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE}) != 0)
    return invalid("access 0x%x: must be GEONEURON_ACCESS_READ, _WRITE or both", access);
  if (offset >= size || length > size - offset)
    return invalid("bytes %llu to %llu of a buffer of %llu: must be inside it",
                   static_cast<unsigned long long>(offset),
                   static_cast<unsigned long long>(offset + length),
                   static_cast<unsigned long long>(size));
  const int slot = command.buffer_count++;
  command.buffers[slot] = {buffer.memory.handle, access, offset,
                           length != 0 ? length : size - offset};
  return slot;
}

}  // namespace
}  // namespace geoneuron::client

using geoneuron::Result;
using geoneuron::client::build;
using geoneuron::client::guarded;
using geoneuron::client::request_of;
using geoneuron::client::set_request;
using geoneuron::client::use;

int geoneuron_command_nop(geoneuron_command* command) {
  geoneuron::client::begin(*command, GEONEURON_NOP);
  return 0;
}

int geoneuron_command_load_model(geoneuron_command* command, uint64_t model,
                                 const geoneuron_buffer* buffer, uint64_t bytes, const char* text) {
  return guarded([&]() -> Result<int> {
    if (bytes == 0) return geoneuron::invalid("a model of 0 bytes: must have some");
    GN_TRY(build(*command, GEONEURON_LOAD_MODEL, model, 0, text));
    GN_TRY(use(*command, *buffer, GEONEURON_ACCESS_READ, 0, bytes));
    return 0;
  });
}

int geoneuron_command_perceive(geoneuron_command* command, uint64_t perception, uint64_t model,
                               const char* text) {
  return guarded([&] { return build(*command, GEONEURON_PERCEIVE, perception, model, text); });
}

int geoneuron_command_render(geoneuron_command* command, uint64_t perception, const char* text) {
  return guarded([&] { return build(*command, GEONEURON_RENDER, 0, perception, text); });
}

int geoneuron_command_release(geoneuron_command* command, uint64_t object) {
  return guarded([&] { return build(*command, GEONEURON_RELEASE, object, 0, nullptr); });
}

int geoneuron_command_query(geoneuron_command* command, uint64_t source, const char* text,
                            const geoneuron_buffer* answer) {
  return guarded([&]() -> Result<int> {
    GN_TRY(build(*command, GEONEURON_QUERY, 0, source, text));
    const int slot = GN_TRY(use(*command, *answer, GEONEURON_ACCESS_WRITE, 0, 0));
    geoneuron_request request = request_of(*command);
    request.report_slot = static_cast<uint8_t>(slot);
    set_request(*command, request);
    return 0;
  });
}

int geoneuron_command_use(geoneuron_command* command, const geoneuron_buffer* buffer,
                          uint32_t access, uint64_t offset, uint64_t length) {
  return guarded([&] { return use(*command, *buffer, access, offset, length); });
}

int geoneuron_command_text_in(geoneuron_command* command, const geoneuron_buffer* buffer,
                              uint64_t bytes) {
  return guarded([&]() -> Result<int> {
    if (bytes == 0) return geoneuron::invalid("a text of 0 bytes: must have some");
    const int slot = GN_TRY(use(*command, *buffer, GEONEURON_ACCESS_READ, 0, bytes));
    geoneuron_request request = request_of(*command);
    request.text_slot = static_cast<uint8_t>(slot);
    request.text_bytes = 0;
    std::memset(request.text, 0, sizeof(request.text));
    set_request(*command, request);
    return slot;
  });
}
