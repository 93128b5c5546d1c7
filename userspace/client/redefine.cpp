// SPDX-License-Identifier: MIT
// Context: what run() does about models and perceptions that are lost. Their worker may have died,
// or have had no more room for them.
#define XXH_INLINE_ALL  // so that programs need no library for it
#include <xxhash.h>

#include <algorithm>
#include <map>

#include "client/context.hpp"
#include "client/request.hpp"

namespace geoneuron::client {
namespace {

constexpr uint16_t kLink = GEONEURON_COMMAND_LINK;

// Makes a chain of them that is as urgent as the command for which it runs.
std::vector<geoneuron_command> chain_of(const std::vector<Definition>& definitions,
                                        const geoneuron_command& like) {
  std::vector<geoneuron_command> chain;
  for (const Definition& each : definitions) {
    chain.push_back(each.command);
    chain.back().flags |= kLink;
    chain.back().priority_class = like.priority_class;
    chain.back().deadline_ns = like.deadline_ns;
  }
  chain.back().flags &= static_cast<uint16_t>(~kLink);
  return chain;
}

}  // namespace

Result<void> Context::run(std::span<const geoneuron_command> commands,
                          std::span<geoneuron_completion> completions) {
  const auto made = definitions_in(commands);
  {
    const Lock lock(mutex_);
    definitions_.forget(commands);
  }
  GN_TRY(run_once(commands, completions));
  run_stale_again(commands, completions);
  const Lock lock(mutex_);
  for (size_t i = 0; i < commands.size(); ++i) {
    definitions_.forget(commands.subspan(i, 1));  // in their order: the last may give up the first
    if (made[i] && completions[i].result >= 0) definitions_.remember(*made[i]);
  }
  return {};
}

// Of what its buffers hold; nothing where one of them is not there.
std::optional<uint64_t> Context::digest_of(const geoneuron_command& command) {
  uint64_t digest = 0;
  for (const geoneuron_buffer_use& use : std::span(command.buffers, command.buffer_count)) {
    std::shared_ptr<const MappedMemory> memory;
    {
      const Lock lock(mutex_);
      const auto found = memory_.find(use.handle);
      if (found != memory_.end()) memory = found->second.lock();
    }
    if (!memory || use.offset > memory->size() || use.length > memory->size() - use.offset)
      return std::nullopt;
    const auto* const bytes = static_cast<const std::byte*>(memory->data()) + use.offset;
    digest = XXH3_64bits_withSeed(bytes, use.length, digest);
  }
  return digest;
}

// To be called before they run: what they read may be written over as soon as they have.
std::vector<std::optional<Definition>> Context::definitions_in(
    std::span<const geoneuron_command> commands) {
  std::vector<std::optional<Definition>> made(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    if (!is_repeatable_definition(commands[i])) continue;
    if (const auto digest = digest_of(commands[i])) made[i] = {commands[i], *digest};
  }
  return made;
}

// False: it is not known how, or its bytes are not those of then any more, or it failed.
bool Context::make_source_again(const geoneuron_command& command) {
  const std::vector<Definition> definitions = [&] {
    const Lock lock(mutex_);
    return definitions_.source_of(command);
  }();
  const auto is_unchanged = [this](const Definition& each) {
    return digest_of(each.command) == each.digest;
  };
  if (definitions.empty() || !std::ranges::all_of(definitions, is_unchanged)) return false;
  std::vector<geoneuron_completion> done(definitions.size());
  return run_once(chain_of(definitions, command), done) && done.back().result >= 0;
}

// Once: what is lost again meanwhile stays so.
void Context::run_stale_again(std::span<const geoneuron_command> commands,
                              std::span<geoneuron_completion> completions) {
  std::map<std::pair<uint16_t, uint64_t>, bool> made;  // by opcode and source: many share one
  std::vector<geoneuron_command> again;
  std::vector<size_t> places;
  for (const Stale& stale : find_stale(commands, completions)) {
    const geoneuron_command& failed = commands[stale.failed];
    const auto [source, is_new] = made.try_emplace({failed.opcode, request_of(failed).source});
    if (is_new) source->second = make_source_again(failed);
    if (!source->second) continue;
    for (size_t i = stale.begin; i < stale.begin + stale.count; ++i) {
      again.push_back(commands[i]);
      places.push_back(i);
    }
  }
  std::vector<geoneuron_completion> done(again.size());
  if (again.empty() || !run_once(again, done)) return;
  for (size_t i = 0; i < places.size(); ++i) completions[places[i]] = done[i];
}

}  // namespace geoneuron::client
