// SPDX-License-Identifier: MIT
// A daemon is told to end while its socket client waits for commands, and another is started: the
// library submits again what the first left, and the program notices nothing.
#include <gtest/gtest.h>
#include <geoneuron/geoneuron.hpp>

#include <csignal>
#include <cstring>
#include <set>

#include "daemon/spawn.hpp"
#include "fakes/temporary_folder.hpp"
#include "ways/acts.hpp"

namespace geoneuron::ways {
namespace {

constexpr uint32_t kCommands = 30;

struct Successor : testing::Test {
  daemon::Child start() const {
    auto child = daemon::Child::start(
        GEONEUROND, {"--kernel", "no", "--socket", socket, "--worker", FAKE_WORKER}, {});
    EXPECT_TRUE(child) << child.error().message;
    return std::move(*child);
  }

  // As soon as there is one that listens.
  client::Connection connect() const {
    geoneuron_options options{};
    options.size = sizeof options;
    options.way = GEONEURON_WAY_SOCKET;
    options.socket_path = socket.c_str();
    client::Connection connection;
    for (int i = 0; i < 6000 && connection.connect(&options) != 0; ++i) usleep(10'000);
    EXPECT_TRUE(connection) << geoneuron_error();
    return connection;
  }

  TemporaryFolder folder;
  const std::string socket = folder / "socket";
};

TEST_F(Successor, GoesOnWithWhatTheFirstLeft) {
  std::optional<daemon::Child> first = start();
  const client::Connection connection = connect();
  std::vector<geoneuron_command> commands = slow(kCommands);
  commands.push_back(act(fakes::FakeAct::kProcess, kCommands));
  ASSERT_EQ(connection.submit(commands), static_cast<int>(kCommands + 1));
  ASSERT_EQ(connection.wait(2), 0);
  kill(first->pid(), SIGTERM);
  ASSERT_EQ(first->reap(), "ended with status 0");
  daemon::Child second = start();
  ASSERT_EQ(connection.wait(kCommands + 1, 60'000'000'000), 0) << geoneuron_error();
  std::vector<geoneuron_completion> done(kCommands + 1);
  ASSERT_EQ(connection.reap(done), static_cast<int>(kCommands + 1));
  std::set<uint64_t> answered;
  for (const auto& one : done) {
    EXPECT_EQ(one.result, 0);
    answered.insert(one.user_data);
  }
  EXPECT_EQ(answered.size(), kCommands + 1);
  kill(second.pid(), SIGTERM);
  EXPECT_EQ(second.reap(), "ended with status 0");
}

// It may have begun; nobody may say that it did not.
TEST_F(Successor, DoesNotRunWhatMayRunOnlyOnce) {
  std::optional<daemon::Child> first = start();
  const client::Connection connection = connect();
  ASSERT_EQ(connection.submit(slow(kCommands, 0)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(1), 0);
  kill(first->pid(), SIGTERM);
  ASSERT_EQ(first->reap(), "ended with status 0");
  ASSERT_EQ(connection.wait(kCommands, 60'000'000'000), 0) << geoneuron_error();
  std::vector<geoneuron_completion> done(kCommands);
  ASSERT_EQ(connection.reap(done), static_cast<int>(kCommands));
  size_t run = 0, left = 0;
  for (const auto& one : done) ++(one.result == 0 ? run : left);
  EXPECT_GT(run, 0u);
  EXPECT_GT(left, 0u);
  for (const auto& one : done) EXPECT_TRUE(one.result == 0 || one.result == -EOWNERDEAD);
}

}  // namespace
}  // namespace geoneuron::ways
