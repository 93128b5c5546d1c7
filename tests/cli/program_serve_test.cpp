// SPDX-License-Identifier: MIT
// `geoneuron serve`: a daemon in the foreground.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <geoneuron/geoneuron.hpp>

#include "cli/program_fixture.hpp"
#include "cli/served.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli {
namespace {

using testing::HasSubstr;

TEST(ProgramServe, ServesWhereItSays) {
  Served served;
  ASSERT_TRUE(served.is_listening());
  const std::string socket = served.socket();
  geoneuron_options options{};
  options.size = sizeof options;
  options.way = GEONEURON_WAY_SOCKET;
  options.socket_path = socket.c_str();
  client::Connection connection;
  ASSERT_EQ(connection.connect(&options), 0) << geoneuron_error();
  geoneuron_command command;
  ASSERT_EQ(geoneuron_command_nop(&command), 0);
  EXPECT_EQ(connection.run({&command, 1}), 0) << geoneuron_error();
}

TEST(ProgramServe, CtrlCEndsItAndItsSocket) {
  Served served;
  ASSERT_TRUE(served.is_listening());
  EXPECT_EQ(served.end_by(SIGINT), 0);
  EXPECT_FALSE(std::filesystem::exists(served.socket()));
}

TEST(ProgramServe, MakesTheUsersOwnFolder) {
  const TemporaryFolder folder;
  setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
  Served served(Served::Place::kUsual);
  EXPECT_TRUE(served.is_listening());
  EXPECT_TRUE(std::filesystem::is_socket(folder / "geoneuron/socket"));
  unsetenv("XDG_RUNTIME_DIR");
}

TEST(ProgramServe, SaysWhatItCannotStart) {
  const ChildResult none = geoneuron({"serve", "--daemon", "/no/such/program"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("/no/such/program: no program to start as daemon"));
  const ChildResult nowhere = geoneuron({"serve", "--socket", "/no/such/folder/socket"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("/no/such/folder/socket: cannot be bound"));
  const ChildResult empty = geoneuron({"serve", "--socket", ""});
  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.err, HasSubstr("--socket: must not be empty"));
}

}  // namespace
}  // namespace geoneuron::cli
