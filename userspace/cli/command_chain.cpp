// SPDX-License-Identifier: MIT
#include "cli/command_chain.hpp"

#include <cstring>

namespace geoneuron::cli {

BufferUse reads(const client::Buffer& buffer, uint64_t offset, uint64_t length) {
  return {&buffer, GEONEURON_ACCESS_READ, offset, length};
}

BufferUse writes(const client::Buffer& buffer) {
  return {&buffer, GEONEURON_ACCESS_WRITE, 0, 0};
}

Result<void> CommandChain::put_text(geoneuron_command& command, geoneuron_request& request,
                                    const std::string& text) {
  if (text.size() <= sizeof request.text) {
    request.text_bytes = static_cast<uint16_t>(text.size());
    text.copy(request.text, sizeof request.text);
    return {};
  }
  client::Buffer buffer = GN_TRY(link_.create_buffer(text.size()));
  text.copy(buffer.as<char>().data(), text.size());
  request.text_slot = static_cast<uint8_t>(GN_TRY(checked(
      geoneuron_command_use(&command, buffer.get(), GEONEURON_ACCESS_READ, 0, text.size()))));
  hold(std::move(buffer));
  return {};
}

Result<void> CommandChain::add(const CommandParts& parts, const nlohmann::ordered_json& text,
                               const std::vector<BufferUse>& uses) {
  geoneuron_command command;
  GN_TRY(checked(geoneuron_command_nop(&command)));
  command.opcode = parts.opcode;
  for (const BufferUse& use : uses)
    GN_TRY(checked(
        geoneuron_command_use(&command, use.buffer->get(), use.access, use.offset, use.length)));
  geoneuron_request request{};
  request.object = parts.object;
  request.source = parts.source;
  request.device = device_;
  request.flags = parts.flags;
  request.text_slot = GEONEURON_NO_SLOT;
  request.report_slot = parts.answers_in_0 ? 0 : GEONEURON_NO_SLOT;
  // Names in models may hold any bytes; the daemon takes UTF-8 alone.
  if (!text.empty())
    GN_TRY(put_text(command, request,
                    text.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
  static_assert(sizeof request == sizeof command.payload);
  std::memcpy(command.payload, &request, sizeof request);
  command.payload_bytes = sizeof request;
  if (!commands_.empty()) commands_.back().flags |= GEONEURON_COMMAND_LINK;
  commands_.push_back(command);
  return {};
}

Result<std::vector<geoneuron_completion>> CommandChain::run() {
  return link_.run(commands_);
}

Result<std::vector<geoneuron_completion>> CommandChain::submit() {
  return link_.submit(commands_);
}

}  // namespace geoneuron::cli
