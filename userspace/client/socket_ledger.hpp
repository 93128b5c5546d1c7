// SPDX-License-Identifier: MIT
// SocketLedger: every command that a socket client's library accepted and that has no completion
// yet, in the order of acceptance, so that a daemon that is lost costs nobody more than time. The
// kernel does the same for its clients. Pure; not thread-safe.
#pragma once

#include <geoneuron/commands.h>

#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "client/chain_cutter.hpp"

namespace geoneuron::client {

// Invariant: each accepted command is answered to the client exactly once. A chain stays, with the
// members that have their answers, until the daemon owes none of them anything: it may have to run
// again as a whole.
class SocketLedger {
 public:
  using Completions = std::vector<geoneuron_completion>;

  // At most `entries` commands are with the daemon at a time.
  explicit SocketLedger(uint32_t entries) : entries_(entries) {}

  // A chain or one command, not broken.
  void accept(const Unit& unit);

  // What to send next, at most `most`, their user_data replaced by sequence numbers, which are
  // unique where a client's are not. A chain begins only where the daemon has a place for each of
  // its members.
  std::vector<geoneuron_command> next(size_t most) const;
  // The first `count` of next() are with the daemon now.
  void mark_sent(size_t count);
  // A chain was sent in part.
  bool is_in_mid_chain() const;

  // The daemon's completion, whose user_data is a sequence number. False: it answers nothing that
  // the daemon has.
  bool answer(const geoneuron_completion& completion, Completions& arrived);

  bool has_outstanding() const { return outstanding_ != 0; }
  bool is_outstanding(uint64_t sequence) const;
  // An accepted command names the buffer.
  bool names(uint32_t handle) const { return uses_.contains(handle); }

  // Answers -ECANCELED to chains, of which the daemon has seen nothing, with a member of this
  // user_data; the number answered.
  uint32_t cancel_unsent(uint64_t user_data, Completions& arrived);
  // The others: they do not run again when the daemon is lost. The sequence numbers of those with
  // the daemon.
  std::vector<uint64_t> mark_cancelled(uint64_t user_data);

  // The daemon is gone and its fence is closed. What it had is to be sent again where it may run
  // again, and is answered where not.
  void settle(Completions& arrived);
  // Nobody will run anything any more: answers all with -EOWNERDEAD.
  void abandon(Completions& arrived);

 private:
  struct Member {
    geoneuron_command command;
    uint64_t sequence = 0;
    bool is_told = false;         // the client has its completion
    bool is_outstanding = false;  // the daemon owes a completion
  };
  struct Chain {
    std::vector<Member> members;
    size_t sent = 0;
    uint32_t losses = 0;  // daemons that went while they had it
    bool is_idempotent = true;
    bool is_cancelled = false;
    bool has_failed = false;
  };
  using Chains = std::list<Chain>;
  struct Place {
    Chains::iterator chain;
    size_t member;
  };

  static bool has_untold(const Chain& chain, uint64_t user_data);
  static bool is_over(const Chain& chain);
  static int fate(const Chain& chain);
  // Answers what has no answer and forgets the chain; the number answered.
  uint32_t close(Chains::iterator chain, int result, Completions& arrived);
  Chains::iterator new_chain();
  void forget(Chains::iterator chain);

  const uint32_t entries_;
  uint32_t outstanding_ = 0;
  uint64_t next_sequence_ = 1;
  Chains chains_, spare_;  // those of spare_ are empty, with room for the members of the next ones
  Chains::iterator cursor_ = chains_.end();  // the first that is not sent in full
  std::unordered_map<uint64_t, Place> by_sequence_;
  std::unordered_map<uint32_t, uint32_t> uses_;  // slots of accepted commands, by handle
};

}  // namespace geoneuron::client
