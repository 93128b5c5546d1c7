// SPDX-License-Identifier: MIT
// In a guest whose module is loaded: daemons of the kernel's clients that end, one way or another,
// while commands run, with a standby behind them. Nothing is lost and nothing is answered twice.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <geoneuron/geoneuron.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <set>

#include "daemon/spawn.hpp"
#include "fakes/temporary_folder.hpp"
#include "ways/acts.hpp"

namespace geoneuron::ways {
namespace {

constexpr uint32_t kCommands = 40;
constexpr int64_t kPatienceNs = 120'000'000'000;

bool is_there(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0;
}

template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 12'000; ++i) {
    if (condition()) return true;
    usleep(10'000);
  }
  return false;
}

struct Handover : testing::Test {
  void TearDown() override { set_window(256); }

  static daemon::Child start(const std::vector<std::string>& arguments) {
    auto child = daemon::Child::start(GEONEUROND, arguments, {});
    EXPECT_TRUE(child) << child.error().message;
    return std::move(*child);
  }
  // With that configuration.
  daemon::Child start_active(const std::string& configuration = "") const {
    std::ofstream(folder / "conf") << configuration;
    daemon::Child child = start({"--kernel", "yes", "--socket", first, "--worker", FAKE_WORKER,
                                 "--config", folder / "conf"});
    EXPECT_TRUE(eventually([&] { return is_there(first); }));
    return child;
  }
  daemon::Child start_standby(const client::Connection& connection) const {
    daemon::Child child = start({"--standby", "--socket", second, "--worker", FAKE_WORKER});
    EXPECT_TRUE(eventually([&] { return info(connection).standby_attached == 1; }));
    return child;
  }
  static client::Connection connect() {
    geoneuron_options options{};
    options.size = sizeof options;
    options.way = GEONEURON_WAY_KERNEL;
    client::Connection connection;
    EXPECT_EQ(connection.connect(&options), 0) << geoneuron_error();
    return connection;
  }
  static geoneuron_info info(const client::Connection& connection) {
    geoneuron_info there{};
    EXPECT_EQ(connection.info(there), 0);
    return there;
  }
  static void expect_each_once(const client::Connection& connection, uint32_t count) {
    ASSERT_EQ(connection.wait(count, kPatienceNs), 0) << geoneuron_error();
    std::vector<geoneuron_completion> done(count + 1);
    ASSERT_EQ(connection.reap(done), static_cast<int>(count));
    std::set<uint64_t> answered;
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(done[i].result, 0) << "of " << done[i].user_data;
      answered.insert(done[i].user_data);
    }
    EXPECT_EQ(answered.size(), count);
  }
  static void set_window(int commands) {
    std::ofstream("/sys/module/geoneuron/parameters/window") << commands;
  }
  static void expect_end(daemon::Child& child) {
    kill(child.pid(), SIGTERM);
    EXPECT_EQ(child.reap(), "ended with status 0");
  }

  TemporaryFolder folder;
  const std::string first = folder / "first", second = folder / "second";
};

TEST_F(Handover, AKilledDaemonLosesNothing) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  ASSERT_EQ(connection.submit(slow(kCommands)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  EXPECT_FALSE(is_there(second)) << "a standby does not listen";
  active.kill();
  active.reap();
  expect_each_once(connection, kCommands);
  EXPECT_TRUE(eventually([&] { return is_there(second); })) << "who was promoted listens";
  expect_end(standby);
}

TEST_F(Handover, ADaemonThatIsToldToEndLeavesTheRestToTheNext) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  ASSERT_EQ(connection.submit(slow(kCommands)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  expect_end(active);
  expect_each_once(connection, kCommands);
  expect_end(standby);
}

// Nobody has begun it: so it is run once, whether it may run again or not.
TEST_F(Handover, ADaemonThatIsToldToEndGivesBackWhatItHasNotBegun) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  ASSERT_EQ(connection.submit(slow(kCommands, 0)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  expect_end(active);
  expect_each_once(connection, kCommands);
  expect_end(standby);
}

// It finds its session over when it wakes, and must end with its workers: they hold the fence.
TEST_F(Handover, ADaemonThatIsSilentForTooLongIsGivenUp) {
  daemon::Child active = start_active("kernel_lease_seconds = 1\n");
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  ASSERT_EQ(connection.submit(slow(kCommands)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  kill(active.pid(), SIGSTOP);
  EXPECT_TRUE(eventually([&] { return info(connection).standby_attached == 0; }));
  kill(active.pid(), SIGCONT);
  EXPECT_EQ(active.reap(), "ended with status 1");
  expect_each_once(connection, kCommands);
  expect_end(standby);
}

TEST_F(Handover, WithoutAStandbyTheNextThatIsStartedGoesOn) {
  std::optional<daemon::Child> active = start_active();
  const client::Connection connection = connect();
  ASSERT_EQ(connection.submit(slow(kCommands)), static_cast<int>(kCommands));
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  expect_end(*active);
  daemon::Child next = start_active();
  expect_each_once(connection, kCommands);
  expect_end(next);
}

TEST_F(Handover, AStandbyThatIsToldToEndEnds) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  expect_end(standby);
  EXPECT_TRUE(eventually([&] { return info(connection).standby_attached == 0; }));
  expect_end(active);
}

TEST_F(Handover, OnlyOneIsActive) {
  daemon::Child active = start_active();
  daemon::Child late = start({"--kernel", "yes", "--socket", second, "--worker", FAKE_WORKER});
  EXPECT_EQ(late.reap(), "ended with status 1");
  expect_end(active);
}

// A chain whose server is lost runs again from its start. What had its completion may not be
// written again: its client may have put something else there.
TEST_F(Handover, WhatRunsAgainForItsChainWritesNowhere) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  daemon::Child standby = start_standby(connection);
  client::Buffer from, to;
  ASSERT_EQ(connection.create_buffer(4096, from), 0);
  ASSERT_EQ(connection.create_buffer(4096, to), 0);
  std::memset(from.bytes().data(), 'a', 4096);
  auto chain = slow(20);
  chain[0] = act(fakes::FakeAct::kCopy, 0);
  ASSERT_EQ(geoneuron_command_use(&chain[0], from.get(), GEONEURON_ACCESS_READ, 0, 0), 0);
  ASSERT_EQ(geoneuron_command_use(&chain[0], to.get(), GEONEURON_ACCESS_WRITE, 0, 0), 1);
  for (size_t i = 0; i + 1 < chain.size(); ++i) chain[i].flags |= GEONEURON_COMMAND_LINK;
  ASSERT_EQ(connection.submit(chain), 20);
  ASSERT_EQ(connection.wait(2, kPatienceNs), 0);
  EXPECT_EQ(to.as<char>()[4095], 'a');
  std::memset(to.bytes().data(), 'b', 4096);
  active.kill();
  active.reap();
  expect_each_once(connection, 20);
  EXPECT_EQ(to.as<char>()[0], 'b');
  EXPECT_EQ(to.as<char>()[4095], 'b');
  expect_end(standby);
}

// A chain that the kernel hands out member by member, each when the one before is done.
TEST_F(Handover, ChainsMayComeInPieces) {
  set_window(1);
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  auto chain = slow(4);
  for (size_t i = 0; i < 3; ++i) chain[i].flags |= GEONEURON_COMMAND_LINK;
  ASSERT_EQ(connection.submit(chain), 4);
  expect_each_once(connection, 4);
  chain[1] = act(fakes::FakeAct::kFail, 1);
  chain[1].flags |= GEONEURON_COMMAND_LINK;
  std::vector<geoneuron_completion> done(4);
  EXPECT_EQ(connection.run(chain, done), -ENOTSUP);
  EXPECT_EQ(done[0].result, 0);
  EXPECT_EQ(done[2].result, -ECANCELED);
  EXPECT_EQ(done[3].result, -ECANCELED);
  expect_end(active);
}

TEST_F(Handover, ACancelledCommandThatRunsIsToldSo) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  ASSERT_EQ(connection.submit(std::vector{act(fakes::FakeAct::kWait, 7)}), 1);
  geoneuron_cancel answer{};
  // It may still wait in the kernel.
  ASSERT_EQ(connection.cancel(7, &answer), 0);
  ASSERT_EQ(connection.wait(1, kPatienceNs), 0);
  std::vector<geoneuron_completion> done(1);
  ASSERT_EQ(connection.reap(done), 1);
  EXPECT_EQ(done[0].result, -ECANCELED);
  expect_end(active);
}

// The worker is told of the contexts that are gone.
TEST_F(Handover, ContextsThatAreGoneAreForgotten) {
  daemon::Child active = start_active();
  const client::Connection connection = connect();
  const auto gone = [&] {
    std::vector<geoneuron_completion> done(1);
    EXPECT_EQ(connection.run(std::vector{act(fakes::FakeAct::kCount, 1)}, done), 0);
    return done[0].value >> 32;
  };
  const uint64_t before = gone();
  for (int i = 0; i < 3; ++i) {
    const client::Connection other = connect();
    EXPECT_EQ(other.run(std::vector{act(fakes::FakeAct::kProcess, 1)}), 0);
  }
  EXPECT_TRUE(eventually([&] { return gone() == before + 3; }));
  expect_end(active);
}

}  // namespace
}  // namespace geoneuron::ways
