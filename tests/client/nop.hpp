// SPDX-License-Identifier: MIT
// The smallest command of libgeoneuron's tests.
#pragma once

#include <geoneuron/geoneuron.h>

namespace geoneuron {

// A NOP of this user_data.
inline geoneuron_command nop(uint64_t user_data, uint16_t flags = GEONEURON_COMMAND_IDEMPOTENT) {
  geoneuron_command command;
  geoneuron_command_nop(&command);
  command.user_data = user_data;
  command.flags = flags;
  return command;
}

}  // namespace geoneuron
