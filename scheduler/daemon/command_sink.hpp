// SPDX-License-Identifier: MIT
// CommandSink: what takes the commands that an ingress accepts. Its answers come later, by context.
#pragma once

#include "daemon/accepted.hpp"

namespace geoneuron::daemon {

class CommandSink {
 public:
  virtual ~CommandSink() = default;
  // The number of the next command; grows.
  virtual uint64_t next_command_id() = 0;
  // Whole chains. Those with errors are answered at once.
  virtual void submit(uint64_t context, Group group) = 0;
  // Ends every command of the context with this user_data, as far as that goes. The answer, which
  // comes behind the completions that this causes, counts on from ask.cancelled.
  virtual void cancel(uint64_t context, const geoneuron_cancel& ask) = 0;
};

}  // namespace geoneuron::daemon
