// SPDX-License-Identifier: MIT
#include "daemon/job_cost.hpp"

#include <xxhash.h>

#include <algorithm>
#include <limits>

#include "daemon/command_check.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kUnitBytes = 4;  // of a tensor's element, or a pixel

uint32_t units_of(const geoneuron_command& command) {
  uint64_t units = 0;
  for (size_t slot = 0; slot < command.buffer_count; ++slot)
    units += command.buffers[slot].length / kUnitBytes;
  return static_cast<uint32_t>(
      std::clamp<uint64_t>(units, 1, std::numeric_limits<uint32_t>::max()));
}

// Pictures of tensors in slots are alike where their text is: it names view, parameters and shapes.
// NOPs are all alike.
policy::Signature signature_of(const geoneuron_command& command, policy::DeviceId device) {
  const uint64_t seed = uint64_t{command.opcode} << 32 | static_cast<uint32_t>(device);
  uint64_t hash = 0;
  if (command.opcode == GEONEURON_RENDER) {
    const geoneuron_request request = request_of(command);
    if (request.source != 0 || request.text_bytes == 0) return 0;
    hash = XXH3_64bits_withSeed(request.text, request.text_bytes, seed);
  } else if (command.opcode == GEONEURON_NOP) {
    hash = XXH3_64bits_withSeed("", 0, seed);
  } else {
    return 0;
  }
  return hash == 0 ? 1 : hash;
}

}  // namespace

policy::Job policy_job(const geoneuron_command& command, policy::DeviceId device) {
  policy::Job job;
  job.device = device;
  job.priority_class = static_cast<policy::Class>(command.priority_class);
  job.deadline_ns = command.deadline_ns;
  job.signature = signature_of(command, device);
  job.units = units_of(command);
  job.drop_late = command.opcode != GEONEURON_NOP &&
                  (request_of(command).flags & GEONEURON_REQUEST_DROP_LATE) != 0;
  return job;
}

}  // namespace geoneuron::daemon
