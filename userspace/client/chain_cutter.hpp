// SPDX-License-Identifier: MIT
// Where chains begin and end in what a client submits, by the rules of linux/geoneuron.h; the same
// for each transport, and as the kernel does it. Pure; thread-safe.
#pragma once

#include <geoneuron/commands.h>

#include <cstdint>
#include <span>
#include <vector>

namespace geoneuron::client {

// What is accepted together or not at all: a chain, or one command.
struct Unit {
  std::span<const geoneuron_command> commands;
  bool is_broken = false;  // one command of a chain that is too long or has no end
};

// A broken chain goes on after this unit: what comes next belongs to it.
bool goes_on(const Unit& unit);

// The units at the front of `commands` (one submission) that have together at most `room`
// commands. `after_broken`: goes_on() of the unit that was accepted last.
std::vector<Unit> cut_into_units(std::span<const geoneuron_command> commands,
                                 uint32_t completion_entries, uint32_t room, bool after_broken);

}  // namespace geoneuron::client
