// SPDX-License-Identifier: MIT
// Job: a request of the daemon, checked as far as that can be done without a device. A plain value.
#pragma once

#include <geoneuron/commands.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/model.hpp"
#include "ring/protocol.hpp"
#include "worker/buffer_table.hpp"
#include "worker/command_text.hpp"

namespace geoneuron::worker {

// The range of a buffer that a command may touch. Its bytes change when clients like.
struct JobSlot {
  std::shared_ptr<const Buffer> buffer;  // nullptr: the command has no such slot
  std::span<std::byte> bytes;
  bool readable = false;
  bool writable = false;
};

// A model that was parsed, and is to be stored.
struct LoadedModel {
  std::shared_ptr<const perception::Model> model;
  uint64_t bytes = 0;
  std::shared_ptr<const void> on_the_way;  // gives its place in the loader's books back
};

struct Job {
  ring::RequestKind kind = ring::RequestKind::kJob;
  uint32_t flags = 0;  // ring::kBatchMore, ring::kChainMore
  uint64_t id = 0;
  uint64_t context = 0;
  uint16_t opcode = 0;
  uint64_t deadline_ns = 0;
  uint64_t object = 0;
  uint64_t source = 0;
  uint16_t request_flags = 0;  // GEONEURON_REQUEST_*
  uint8_t report_slot = GEONEURON_NO_SLOT;
  std::array<JobSlot, GEONEURON_COMMAND_BUFFERS> slots;
  std::shared_ptr<const CommandText> text;
  LoadedModel loaded;          // of LOAD_MODEL, once the loader is through with it
  std::optional<Error> error;  // why it cannot be run
};

// Jobs that go to the device together.
struct Batch {
  std::vector<Job> jobs;
};

// Checks a request that names a job against the contract, finds its buffers and parses its text.
// What is wrong is told in `error`.
class TextCache;
Job make_job(const ring::Request& request, const BufferTable& buffers, TextCache& texts);

// The slot of that number for reading or writing. EINVAL where the command has none such, or none
// for that use.
Result<std::span<const std::byte>> readable_slot(const Job& job, uint8_t slot);
Result<std::span<std::byte>> writable_slot(const Job& job, uint8_t slot);

}  // namespace geoneuron::worker
