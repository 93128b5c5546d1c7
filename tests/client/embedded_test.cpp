// SPDX-License-Identifier: MIT
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::HasSubstr;

class Embedded : public ClientTest {
 protected:
  struct Start {
    pid_t pid;
    int fds;
  };

  Embedded() { setenv("FAKE_DAEMON_LOG", log.c_str(), 1); }
  ~Embedded() override {
    for (const char* name : {"FAKE_DAEMON_LOG", "FAKE_DAEMON_DIES", "GEONEURON_DAEMON"})
      unsetenv(name);
  }

  static geoneuron_options embedded(const char* program) {
    geoneuron_options options{};
    options.size = sizeof(options);
    options.way = GEONEURON_WAY_EMBEDDED;
    options.daemon_path = program;
    return options;
  }
  int run_nop() {
    const geoneuron_command command = nop(1);
    return geoneuron_context_run(context, &command, 1, nullptr);
  }
  std::vector<Start> starts() const {
    std::ifstream file(log);
    std::vector<Start> lines;
    for (Start start{}; file >> start.pid >> start.fds;) lines.push_back(start);
    return lines;
  }

  const std::string log = folder / "log";
};

TEST_F(Embedded, PrivateDaemonEndsWithTheConnection) {
  const geoneuron_options options = embedded(FAKE_PRIVATE_DAEMON);
  ASSERT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
  EXPECT_EQ(geoneuron_context_way(context), GEONEURON_WAY_EMBEDDED);
  EXPECT_EQ(run_nop(), 0) << geoneuron_error();
  ASSERT_EQ(starts().size(), 1U);
  EXPECT_EQ(kill(starts()[0].pid, 0), 0);
  geoneuron_disconnect(std::exchange(context, nullptr));
  EXPECT_EQ(kill(starts()[0].pid, 0), -1);
}

TEST_F(Embedded, PrivateDaemonInheritsNothingElse) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);  // without O_CLOEXEC, as careless programs do
  const geoneuron_options options = embedded(FAKE_PRIVATE_DAEMON);
  ASSERT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
  ASSERT_EQ(starts().size(), 1U);
  EXPECT_EQ(starts()[0].fds, 0);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(Embedded, AnotherIsStartedWhereItDies) {
  setenv("FAKE_DAEMON_DIES", "1", 1);
  const geoneuron_options options = embedded(FAKE_PRIVATE_DAEMON);
  ASSERT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
  EXPECT_EQ(run_nop(), 0) << geoneuron_error();
  EXPECT_EQ(starts().size(), 2U);
}

TEST_F(Embedded, ProgramOfTheEnvironmentIsUsedWhereNoDaemonServes) {
  if (std::filesystem::exists("/dev/geoneuron") || std::filesystem::exists(GEONEURON_SOCKET_PATH))
    GTEST_SKIP() << "a daemon serves on this machine";
  setenv("GEONEURON_DAEMON", FAKE_PRIVATE_DAEMON, 1);
  ASSERT_EQ(geoneuron_connect(nullptr, &context), 0) << geoneuron_error();
  EXPECT_EQ(geoneuron_context_way(context), GEONEURON_WAY_EMBEDDED);
  EXPECT_EQ(run_nop(), 0);
}

TEST_F(Embedded, ProgramThatIsNotThereIsNamed) {
  const std::string none = folder / "none";
  const geoneuron_options options = embedded(none.c_str());
  EXPECT_EQ(geoneuron_connect(&options, &context), -ENOENT);
  EXPECT_THAT(geoneuron_error(), HasSubstr(none + ": no program"));
}

TEST_F(Embedded, ProgramThatIsNoDaemonIsNamed) {
  const geoneuron_options options = embedded("/bin/true");
  EXPECT_EQ(geoneuron_connect(&options, &context), -ECONNRESET);
  EXPECT_THAT(geoneuron_error(), HasSubstr("/bin/true: the daemon has closed the connection"));
}

}  // namespace
}  // namespace geoneuron
