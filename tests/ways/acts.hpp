// SPDX-License-Identifier: MIT
// Commands that have the fake worker do what a test wants, for clients of libgeoneuron.
#pragma once

#include <gtest/gtest.h>
#include <geoneuron/geoneuron.hpp>

#include <vector>

#include "fakes/fake_worker.hpp"

namespace geoneuron::ways {

inline geoneuron_command act(fakes::FakeAct act, uint64_t user_data) {
  geoneuron_command command;
  EXPECT_EQ(geoneuron_command_release(&command, static_cast<uint64_t>(act)), 0);
  command.user_data = user_data;
  return command;
}

// Their user_data are 0, 1, 2, ...
inline std::vector<geoneuron_command> slow(uint32_t count,
                                           uint16_t flags = GEONEURON_COMMAND_IDEMPOTENT) {
  std::vector<geoneuron_command> commands;
  for (uint64_t i = 0; i < count; ++i) {
    commands.push_back(act(fakes::FakeAct::kSlow, i));
    commands.back().flags = flags;
  }
  return commands;
}

}  // namespace geoneuron::ways
