// SPDX-License-Identifier: MIT
// CommandChain: commands for one device that run one after the other; what fails ends the rest.
// Not thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/daemon_link.hpp"

namespace geoneuron::cli {

// Bytes of a buffer that a command uses.
struct BufferUse {
  const client::Buffer* buffer;
  uint32_t access;  // GEONEURON_ACCESS_*
  uint64_t offset = 0;
  uint64_t length = 0;  // 0: up to its end
};
BufferUse reads(const client::Buffer& buffer, uint64_t offset = 0, uint64_t length = 0);
BufferUse writes(const client::Buffer& buffer);

// Of a command; what its opcode does not use is 0.
struct CommandParts {
  uint16_t opcode;
  uint64_t object = 0;
  uint64_t source = 0;
  uint16_t flags = 0;         // GEONEURON_REQUEST_*
  bool answers_in_0 = false;  // slot 0 is the report slot
};

class CommandChain {
 public:
  // device: as in struct geoneuron_request.
  CommandChain(const DaemonLink& link, uint16_t device) : link_(link), device_(device) {}

  // `uses` become slots 0, 1, ...; a text that is too long for the command lies in one more.
  Result<void> add(const CommandParts& parts, const nlohmann::ordered_json& text,
                   const std::vector<BufferUse>& uses);
  // Keeps a buffer until the chain has run.
  void hold(client::Buffer buffer) { held_.push_back(std::move(buffer)); }
  // As DaemonLink::run and submit.
  Result<std::vector<geoneuron_completion>> run();
  Result<std::vector<geoneuron_completion>> submit();
  size_t size() const { return commands_.size(); }

 private:
  Result<void> put_text(geoneuron_command& command, geoneuron_request& request,
                        const std::string& text);

  const DaemonLink& link_;
  uint16_t device_;
  std::vector<geoneuron_command> commands_;
  std::vector<client::Buffer> held_;
};

}  // namespace geoneuron::cli
