// SPDX-License-Identifier: MIT
#include "client/chain_cutter.hpp"

#include <algorithm>

namespace geoneuron::client {
namespace {

bool is_linked(const geoneuron_command& command) {
  return (command.flags & GEONEURON_COMMAND_LINK) != 0;
}

// Of the chain that begins `commands`; 0 where it is too long or does not end.
size_t chain_length(std::span<const geoneuron_command> commands, uint32_t completion_entries) {
  const size_t most =
      std::min({commands.size(), size_t{completion_entries}, size_t{GEONEURON_MAX_CHAIN_COMMANDS}});
  for (size_t length = 1; length <= most; ++length)
    if (!is_linked(commands[length - 1])) return length;
  return 0;
}

}  // namespace

bool goes_on(const Unit& unit) {
  return unit.is_broken && is_linked(unit.commands.back());
}

std::vector<Unit> cut_into_units(std::span<const geoneuron_command> commands,
                                 uint32_t completion_entries, uint32_t room, bool after_broken) {
  std::vector<Unit> units;
  while (!commands.empty()) {
    const size_t length = after_broken ? 0 : chain_length(commands, completion_entries);
    const Unit unit{commands.first(std::max<size_t>(length, 1)), length == 0};
    if (unit.commands.size() > room) break;
    room -= static_cast<uint32_t>(unit.commands.size());
    commands = commands.subspan(unit.commands.size());
    after_broken = goes_on(unit);
    units.push_back(unit);
  }
  return units;
}

}  // namespace geoneuron::client
