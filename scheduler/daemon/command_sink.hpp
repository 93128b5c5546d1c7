// SPDX-License-Identifier: MIT
// CommandSink: what takes the commands that an ingress accepts. Its answers come later, by context.
#pragma once

#include "daemon/accepted.hpp"

namespace geoneuron::daemon {

// Where in its chain a group belongs.
struct Piece {
  uint64_t chain = 0;     // the id of its first member; 0: unknown, or this piece has it
  bool is_begun = false;  // members before it have come
  bool more = false;      // members behind it may come
};

class CommandSink {
 public:
  virtual ~CommandSink() = default;
  // The number of the next command; grows.
  virtual uint64_t next_command_id() = 0;
  // Whole chains. Those with errors are answered at once.
  virtual void submit(uint64_t context, Group group) = 0;
  // Commands of the kernel's, which come as its records do: members of one chain that follow each
  // other, or one command. Each may have an error of its own.
  virtual void submit_piece(uint64_t context, Group group, const Piece& piece) = 0;
  // What was begun as a piece has no more members.
  virtual void end_chain(uint64_t chain) = 0;
  // The client of this command wants its end.
  virtual void cancel_job(uint64_t job) = 0;
  // Ends every command of the context with this user_data, as far as that goes. The answer, which
  // comes behind the completions that this causes, counts on from ask.cancelled.
  virtual void cancel(uint64_t context, const geoneuron_cancel& ask) = 0;
};

}  // namespace geoneuron::daemon
