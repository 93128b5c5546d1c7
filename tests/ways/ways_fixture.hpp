// SPDX-License-Identifier: MIT
// WaysTest: a client of libgeoneuron by the way that the program's arguments name, and what the
// same commands give by a daemon of its own, to compare with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <geoneuron/geoneuron.hpp>

#include <string>
#include <vector>

namespace geoneuron::ways {

using client::Buffer;
using client::Connection;

struct Way {
  uint32_t number = GEONEURON_WAY_EMBEDDED;
  std::string socket;  // where the daemon listens that the program has started
};
// As the arguments say.
const Way& way();

constexpr int64_t kPatienceNs = 120'000'000'000;

inline std::vector<geoneuron_command> nops(uint32_t count, uint64_t first = 1) {
  std::vector<geoneuron_command> commands(count);
  for (uint32_t i = 0; i < count; ++i) {
    EXPECT_EQ(geoneuron_command_nop(&commands[i]), 0);
    commands[i].user_data = first + i;
  }
  return commands;
}

// Makes the commands one chain.
inline std::vector<geoneuron_command> linked(std::vector<geoneuron_command> commands) {
  for (size_t i = 0; i + 1 < commands.size(); ++i) commands[i].flags |= GEONEURON_COMMAND_LINK;
  return commands;
}

class WaysTest : public testing::Test {
 protected:
  static Connection open(uint32_t number, uint32_t completion_entries) {
    geoneuron_options options{};
    options.size = sizeof options;
    options.way = number;
    options.completion_entries = completion_entries;
    options.connect_timeout_ns = kPatienceNs;
    if (number == GEONEURON_WAY_SOCKET) options.socket_path = way().socket.c_str();
    if (number == GEONEURON_WAY_EMBEDDED) options.daemon_path = GEONEUROND;
    Connection connection;
    EXPECT_EQ(connection.connect(&options), 0) << geoneuron_error();
    EXPECT_EQ(connection.way(), static_cast<int>(number));
    return connection;
  }
  static Connection open(uint32_t completion_entries = 64) {
    return open(way().number, completion_entries);
  }

  static Buffer buffer(const Connection& connection, uint64_t size_bytes) {
    Buffer made;
    EXPECT_EQ(connection.create_buffer(size_bytes, made), 0) << geoneuron_error();
    return made;
  }

  // Waits for so many completions and takes them.
  static std::vector<geoneuron_completion> completions(const Connection& connection,
                                                       uint32_t count) {
    std::vector<geoneuron_completion> taken(count);
    EXPECT_EQ(connection.wait(count, kPatienceNs), 0) << geoneuron_error();
    EXPECT_EQ(connection.reap(taken), static_cast<int>(count));
    return taken;
  }
  // Submits all, and waits for all.
  static std::vector<geoneuron_completion> answers(const Connection& connection,
                                                   const std::vector<geoneuron_command>& commands) {
    EXPECT_EQ(connection.submit(commands), static_cast<int>(commands.size())) << geoneuron_error();
    return completions(connection, static_cast<uint32_t>(commands.size()));
  }
  static std::string why(const Connection& connection, const geoneuron_completion& completion) {
    char sentence[512] = "";
    EXPECT_GE(geoneuron_context_failure(connection.get(), &completion, sentence, sizeof sentence),
              0)
        << geoneuron_error();
    return sentence;
  }
};

}  // namespace geoneuron::ways
