// SPDX-License-Identifier: MIT
#include "worker/job.hpp"

#include <algorithm>
#include <cstring>

#include "worker/text_cache.hpp"

namespace geoneuron::worker {
namespace {

// A longer text is no request but an attack on the parser.
constexpr uint64_t kMaximumTextBytes = 1 << 20;

Result<void> take_slots(const ring::Request& request, const BufferTable& buffers, Job& job) {
  const geoneuron_command& command = request.command;
  if (command.buffer_count > GEONEURON_COMMAND_BUFFERS)
    return invalid("command: names %u buffers; at most %u", command.buffer_count,
                   GEONEURON_COMMAND_BUFFERS);
  for (uint8_t i = 0; i < command.buffer_count; ++i) {
    const geoneuron_buffer_use& use = command.buffers[i];
    JobSlot& slot = job.slots[i];
    slot.buffer = GN_TRY(buffers.find(request.buffer_ids[i]));
    const std::span<std::byte> all = slot.buffer->memory.bytes();
    if (use.offset > all.size() || use.length > all.size() - use.offset)
      return invalid("slot %u: %llu bytes from %llu on: must lie inside the buffer's %zu", i,
                     static_cast<unsigned long long>(use.length),
                     static_cast<unsigned long long>(use.offset), all.size());
    slot.bytes = all.subspan(use.offset, use.length);
    slot.readable = (use.access & GEONEURON_ACCESS_READ) != 0;
    slot.writable = (use.access & GEONEURON_ACCESS_WRITE) != 0;
    if (slot.writable && !slot.buffer->writable)
      return make_error(EACCES, "slot %u: its buffer may only be read", i);
  }
  return {};
}

Result<void> check_request(const geoneuron_request& request) {
  constexpr uint16_t kKnown = GEONEURON_REQUEST_DROP_LATE | GEONEURON_REQUEST_NO_CACHE;
  if ((request.flags & ~kKnown) != 0)
    return invalid("request: flags 0x%x: must be of 0x%x", request.flags, kKnown);
  if (request.text_bytes > GEONEURON_REQUEST_TEXT_BYTES)
    return invalid("request: %u bytes of text; at most %u, more in a buffer", request.text_bytes,
                   GEONEURON_REQUEST_TEXT_BYTES);
  if (request.text_slot != GEONEURON_NO_SLOT && request.text_bytes != 0)
    return invalid("request: has a text, and one in slot %u; must have one", request.text_slot);
  const char* end = request.text + GEONEURON_REQUEST_TEXT_BYTES;
  if (std::any_of(request.text + request.text_bytes, end, [](char c) { return c != 0; }))
    return invalid("request: bytes after the text must be 0");
  return {};
}

// Which of the numbers an opcode uses; the others must be 0.
struct Uses {
  bool object, source, report;
};
Uses uses_of(uint16_t opcode) {
  switch (opcode) {
    case GEONEURON_LOAD_MODEL:
      return {true, false, false};
    case GEONEURON_PERCEIVE:
      return {true, true, false};
    case GEONEURON_RENDER:
      return {false, true, false};
    case GEONEURON_RELEASE:
      return {true, false, false};
    default:
      return {false, true, true};
  }
}

Result<void> check_numbers(uint16_t opcode, const geoneuron_request& request) {
  const Uses uses = uses_of(opcode);
  if (!uses.object && request.object != 0) return invalid("request: object must be 0 here");
  if (!uses.source && request.source != 0) return invalid("request: source must be 0 here");
  if (!uses.report && request.report_slot != GEONEURON_NO_SLOT)
    return invalid("request: report_slot must be %u here", GEONEURON_NO_SLOT);
  const bool makes = opcode == GEONEURON_LOAD_MODEL || opcode == GEONEURON_PERCEIVE;
  if (makes && request.object == 0) return invalid("request: object must not be 0");
  return {};
}

// From a slot the text is copied before it is parsed.
Result<std::shared_ptr<const CommandText>> text_of(const geoneuron_request& request, const Job& job,
                                                   TextCache& texts) {
  if (request.text_slot == GEONEURON_NO_SLOT)
    return texts.parse(job.opcode, {request.text, request.text_bytes});
  const auto bytes = GN_TRY(with_context(readable_slot(job, request.text_slot), "text"));
  if (bytes.size() > kMaximumTextBytes)
    return invalid("text: has %zu bytes; at most %llu", bytes.size(),
                   static_cast<unsigned long long>(kMaximumTextBytes));
  const std::string copy(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return texts.parse(job.opcode, copy);
}

Result<void> take_payload(const ring::Request& from, TextCache& texts, Job& job) {
  const geoneuron_command& command = from.command;
  if (command.opcode > GEONEURON_QUERY)
    return invalid("opcode %u: is unknown; the last one is %u", command.opcode, GEONEURON_QUERY);
  if (command.opcode == GEONEURON_NOP) {
    if (command.payload_bytes == 0 && command.buffer_count == 0) return {};
    return invalid("NOP: must have no payload and no buffers");
  }
  if (command.payload_bytes != sizeof(geoneuron_request))
    return invalid("payload: has %u bytes; must have %zu", command.payload_bytes,
                   sizeof(geoneuron_request));
  geoneuron_request request;
  std::memcpy(&request, command.payload, sizeof request);
  GN_TRY(check_request(request));
  GN_TRY(check_numbers(command.opcode, request));
  job.object = request.object;
  job.source = request.source;
  job.request_flags = request.flags;
  job.report_slot = request.report_slot;
  job.text = GN_TRY(text_of(request, job, texts));
  return {};
}

Result<void> fill(const ring::Request& request, const BufferTable& buffers, TextCache& texts,
                  Job& job) {
  GN_TRY(take_slots(request, buffers, job));
  return take_payload(request, texts, job);
}

Result<const JobSlot*> slot_of(const Job& job, uint8_t slot) {
  if (slot >= job.slots.size() || job.slots[slot].buffer == nullptr)
    return invalid("slot %u: the command has none of that number", slot);
  return &job.slots[slot];
}

}  // namespace

Job make_job(const ring::Request& request, const BufferTable& buffers, TextCache& texts) {
  Job job;
  job.kind = request.kind;
  job.flags = request.flags;
  job.id = request.job;
  job.context = request.context;
  job.opcode = request.command.opcode;
  job.deadline_ns = request.command.deadline_ns;
  if (auto filled = fill(request, buffers, texts, job); !filled)
    job.error = std::move(filled).error();
  return job;
}

Result<std::span<const std::byte>> readable_slot(const Job& job, uint8_t slot) {
  const JobSlot* found = GN_TRY(slot_of(job, slot));
  if (!found->readable) return invalid("slot %u: must be one that the command may read", slot);
  return std::span<const std::byte>(found->bytes);
}

Result<std::span<std::byte>> writable_slot(const Job& job, uint8_t slot) {
  const JobSlot* found = GN_TRY(slot_of(job, slot));
  if (!found->writable) return invalid("slot %u: must be one that the command may write", slot);
  return found->bytes;
}

}  // namespace geoneuron::worker
