// SPDX-License-Identifier: MIT
#include "daemon/chain_builder.hpp"

#include <algorithm>
#include <cerrno>

namespace geoneuron::daemon {
namespace {

std::string sentence_of(int broken, uint32_t most) {
  if (broken == -ECANCELED) return "chain: another of its commands was cancelled";
  return "chain: has more than " + std::to_string(most) +
         " commands; must have at most 64, and no more than the client has completion_entries";
}

}  // namespace

ChainBuilder::ChainBuilder(uint32_t completion_entries)
    : most_(std::min<uint32_t>(completion_entries, GEONEURON_MAX_CHAIN_COMMANDS)) {}

std::optional<Group> ChainBuilder::add(Accepted command) {
  const bool linked = (command.command.flags & GEONEURON_COMMAND_LINK) != 0;
  if (broken_ != 0) {
    command.fail(broken_, sentence_of(broken_, most_));
    if (!linked) broken_ = 0;
    Group alone;
    alone.push_back(std::move(command));
    return alone;
  }
  chain_.push_back(std::move(command));
  if (!linked) return finish();
  if (chain_.size() < most_) return std::nullopt;
  broken_ = -EINVAL;
  for (Accepted& member : chain_) member.fail(broken_, sentence_of(broken_, most_));
  return std::exchange(chain_, {});
}

Group ChainBuilder::finish() {
  const auto bad =
      std::ranges::find_if(chain_, [](const Accepted& member) { return member.error != 0; });
  for (Accepted& member : chain_) {
    member.command.priority_class = chain_.front().command.priority_class;
    member.command.deadline_ns = chain_.front().command.deadline_ns;
    if (bad != chain_.end() && &member != &*bad)
      member.fail(-ECANCELED, "chain: another of its commands breaks a rule: " + bad->sentence);
  }
  return std::exchange(chain_, {});
}

ChainBuilder::Cancelled ChainBuilder::cancel(uint64_t user_data) {
  Cancelled result;
  result.meant = static_cast<uint32_t>(std::ranges::count_if(
      chain_, [&](const Accepted& member) { return member.command.user_data == user_data; }));
  if (result.meant == 0) return result;
  broken_ = -ECANCELED;
  result.group = std::exchange(chain_, {});
  for (Accepted& member : result.group)
    member.fail(broken_, "cancelled by its client, or another of its chain was");
  return result;
}

}  // namespace geoneuron::daemon
