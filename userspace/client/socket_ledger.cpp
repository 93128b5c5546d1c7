// SPDX-License-Identifier: MIT
#include "client/socket_ledger.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace geoneuron::client {
namespace {

// After so many daemons lost with it, a command is taken for what kills them.
constexpr uint32_t kMaximumLosses = 4;
constexpr size_t kSpareChains = 64;  // of one member each, as most are

std::span<const geoneuron_buffer_use> used_by(const geoneuron_command& command) {
  const size_t count = std::min<size_t>(command.buffer_count, GEONEURON_COMMAND_BUFFERS);
  return {command.buffers, count};
}

}  // namespace

void SocketLedger::accept(const Unit& unit) {
  const auto chain = new_chain();
  chain->members.reserve(unit.commands.size());
  if (cursor_ == chains_.end()) cursor_ = chain;
  for (const geoneuron_command& command : unit.commands) {
    by_sequence_.emplace(next_sequence_, Place{chain, chain->members.size()});
    chain->members.push_back({command, next_sequence_++});
    if ((command.flags & GEONEURON_COMMAND_IDEMPOTENT) == 0) chain->is_idempotent = false;
    for (const auto& use : used_by(command)) ++uses_[use.handle];
  }
}

std::vector<geoneuron_command> SocketLedger::next(size_t most) const {
  std::vector<geoneuron_command> commands;
  commands.reserve(std::min(most, by_sequence_.size() - outstanding_));
  size_t places = entries_ - outstanding_;
  for (auto chain = Chains::const_iterator(cursor_); chain != chains_.end(); ++chain) {
    const size_t unsent = chain->members.size() - chain->sent;
    // The places for the rest of a chain that was begun were there when it began.
    if (unsent > places) break;
    places -= unsent;
    for (size_t i = chain->sent; i < chain->members.size(); ++i) {
      if (commands.size() == most) return commands;
      commands.push_back(chain->members[i].command);
      commands.back().user_data = chain->members[i].sequence;
    }
  }
  return commands;
}

void SocketLedger::mark_sent(size_t count) {
  for (; count > 0; --count) {
    cursor_->members[cursor_->sent++].is_outstanding = true;
    ++outstanding_;
    if (cursor_->sent == cursor_->members.size()) ++cursor_;
  }
}

bool SocketLedger::is_in_mid_chain() const {
  return cursor_ != chains_.end() && cursor_->sent != 0;
}

bool SocketLedger::is_outstanding(uint64_t sequence) const {
  const auto place = by_sequence_.find(sequence);
  return place != by_sequence_.end() &&
         place->second.chain->members[place->second.member].is_outstanding;
}

bool SocketLedger::answer(const geoneuron_completion& completion, Completions& arrived) {
  if (!is_outstanding(completion.user_data)) return false;
  const Place place = by_sequence_.at(completion.user_data);
  Member& member = place.chain->members[place.member];
  member.is_outstanding = false;
  --outstanding_;
  if (completion.result < 0) place.chain->has_failed = true;
  if (!member.is_told) {
    arrived.push_back(completion);
    arrived.back().user_data = member.command.user_data;
    member.is_told = true;
  }
  if (is_over(*place.chain)) forget(place.chain);
  return true;
}

bool SocketLedger::is_over(const Chain& chain) {
  return std::ranges::all_of(
      chain.members, [](const Member& member) { return member.is_told && !member.is_outstanding; });
}

bool SocketLedger::has_untold(const Chain& chain, uint64_t user_data) {
  return std::ranges::any_of(chain.members, [user_data](const Member& member) {
    return !member.is_told && member.command.user_data == user_data;
  });
}

uint32_t SocketLedger::cancel_unsent(uint64_t user_data, Completions& arrived) {
  uint32_t count = 0;
  for (auto chain = cursor_; chain != chains_.end();) {
    const auto here = chain++;
    if (here->sent == 0 && has_untold(*here, user_data)) count += close(here, -ECANCELED, arrived);
  }
  return count;
}

std::vector<uint64_t> SocketLedger::mark_cancelled(uint64_t user_data) {
  std::vector<uint64_t> sequences;
  for (Chain& chain : chains_) {
    if (chain.sent == 0 || !has_untold(chain, user_data)) continue;
    chain.is_cancelled = true;
    for (const Member& member : chain.members)
      if (member.is_outstanding && !member.is_told && member.command.user_data == user_data)
        sequences.push_back(member.sequence);
  }
  return sequences;
}

// What the rest of a chain ends with whose daemon is gone; 0: it may run again.
int SocketLedger::fate(const Chain& chain) {
  if (chain.is_cancelled) return -ECANCELED;
  if (!chain.is_idempotent || chain.losses > kMaximumLosses) return -EOWNERDEAD;
  return chain.has_failed ? -ECANCELED : 0;
}

void SocketLedger::settle(Completions& arrived) {
  for (auto chain = chains_.begin(); chain != chains_.end();) {
    const auto here = chain++;
    if (here->sent == 0) continue;
    ++here->losses;
    here->sent = 0;
    for (Member& member : here->members) member.is_outstanding = false;
    const int result = fate(*here);
    // Where all have their answers there is nothing to run again for.
    if (result != 0 || is_over(*here)) close(here, result, arrived);
  }
  outstanding_ = 0;
  cursor_ = chains_.begin();
}

void SocketLedger::abandon(Completions& arrived) {
  while (!chains_.empty()) close(chains_.begin(), -EOWNERDEAD, arrived);
  outstanding_ = 0;
}

uint32_t SocketLedger::close(Chains::iterator chain, int result, Completions& arrived) {
  uint32_t count = 0;
  for (const Member& member : chain->members) {
    if (member.is_told) continue;
    geoneuron_completion completion{};
    completion.user_data = member.command.user_data;
    completion.result = result;
    arrived.push_back(completion);
    ++count;
  }
  forget(chain);
  return count;
}

SocketLedger::Chains::iterator SocketLedger::new_chain() {
  if (spare_.empty()) return chains_.emplace(chains_.end());
  chains_.splice(chains_.end(), spare_, spare_.begin());
  return std::prev(chains_.end());
}

void SocketLedger::forget(Chains::iterator chain) {
  for (const Member& member : chain->members) {
    by_sequence_.erase(member.sequence);
    for (const auto& use : used_by(member.command)) {
      const auto count = uses_.find(use.handle);
      if (--count->second == 0) uses_.erase(count);
    }
  }
  if (cursor_ == chain) ++cursor_;
  if (chain->members.capacity() > 1 || spare_.size() == kSpareChains) {
    chains_.erase(chain);
    return;
  }
  std::vector<Member> room = std::move(chain->members);
  room.clear();
  *chain = Chain();
  chain->members = std::move(room);
  spare_.splice(spare_.end(), chains_, chain);
}

}  // namespace geoneuron::client
