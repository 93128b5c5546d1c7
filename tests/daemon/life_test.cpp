// SPDX-License-Identifier: MIT
// How the daemon begins and ends, and what it does with nothing to do.
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

using fakes::FakeAct;

class DaemonLife : public DaemonTest {
 protected:
  // Has the daemon told to end while it has 30 slow commands of the client's. What runs succeeds;
  // what waits has no answer: it is in the client's ledger, and goes to the next daemon.
  void expect_that_what_runs_ends(RawClient& client, pid_t told, int signal) {
    std::vector<geoneuron_command> commands;
    for (uint64_t i = 0; i < 30; ++i) commands.push_back(act(FakeAct::kSlow, i));
    client.submit(commands);
    ASSERT_EQ(client.completions(1)[0].result, 0);
    ASSERT_EQ(kill(told, signal), 0);
    int done = 1;
    for (ReceivedMessage message = client.receive(); message.kind == GEONEURON_MESSAGE_COMPLETIONS;
         message = client.receive())
      for (size_t i = 0; i < message.count; ++i, ++done)
        EXPECT_EQ(message.entry<geoneuron_completion>(i).result, 0);
    EXPECT_LT(done, 30);
    EXPECT_EQ(daemon_->reap(), "ended with status 0");
    daemon_.reset();
  }
};

TEST_F(DaemonLife, TermLetsEndWhatRunsAndLeavesWhatWaits) {
  start();
  RawClient client = connect(256);
  expect_that_what_runs_ends(client, daemon_->pid(), SIGTERM);
  pollfd fence = {.fd = client.fence().get(), .events = 0, .revents = 0};
  EXPECT_EQ(poll(&fence, 1, 60'000), 1);
  EXPECT_NE(fence.revents & POLLHUP, 0) << "nobody writes any more";
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

// A driver may take long to say what devices it has.
TEST_F(DaemonLife, ClientsAreWelcomedBeforeTheDevicesAreKnown) {
  setenv("FAKE_WORKER_LIST_AFTER", (folder_ / "go").c_str(), 1);
  start();
  RawClient client = connect();
  client.submit({nop(7)});
  std::ofstream(folder_ / "go") << "";
  EXPECT_EQ(client.completions(1)[0].user_data, 7u);
  EXPECT_NE(ask(client, R"({"about": "devices"})").find("fake"), std::string::npos);
}

TEST_F(DaemonLife, ItEndsBeforeTheDevicesAreKnown) {
  setenv("FAKE_WORKER_LIST_AFTER", (folder_ / "go").c_str(), 1);
  start();
  const RawClient client = connect();
  EXPECT_EQ(end_by(SIGTERM), "ended with status 0");
}

// As a terminal does at Ctrl-C: to all of the foreground group.
TEST_F(DaemonLife, AnInterruptOfItsGroupLetsEndWhatRuns) {
  start();
  RawClient client = connect(256);
  expect_that_what_runs_ends(client, -daemon_->pid(), SIGINT);
}

TEST_F(DaemonLife, SaysWhenClientsCanConnect) {
  const UniqueFd out(memfd_create("out", MFD_CLOEXEC));
  auto child = Child::start(GEONEUROND, {"--socket", socket(), "--worker", FAKE_WORKER},
                            {{out.get(), STDOUT_FILENO}});
  ASSERT_TRUE(child) << child.error().message;
  daemon_.emplace(std::move(*child));
  ASSERT_TRUE(says("READY=1"));
  char line[256] = {};
  ASSERT_GT(pread(out.get(), line, sizeof line - 1, 0), 0);
  EXPECT_EQ(line, "listening at " + socket() + "\n");
}

TEST_F(DaemonLife, HupReadsTheConfigurationAnew) {
  start("max_contexts = 2\n");
  RawClient first = connect(), second = connect();
  EXPECT_EQ(RawClient(socket()).refusal().error, -EDQUOT);
  std::ofstream(folder_ / "conf") << "max_contexts = 3\n";
  kill(daemon_->pid(), SIGHUP);
  for (int i = 0; i < 6000; ++i) {
    RawClient third(socket());
    third.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 0}});
    if (third.receive().kind == GEONEURON_MESSAGE_WELCOME) return;
    pause_ms(10);
  }
  ADD_FAILURE() << "a third connection must be served";
}

TEST_F(DaemonLife, APrivateSocketIsServedUntilItCloses) {
  std::array<int, 2> ends = {};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  RawClient client{UniqueFd(ends[0])};
  UniqueFd theirs(ends[1]);
  auto child = Child::start(GEONEUROND, {"--private-socket", "3", "--worker", FAKE_WORKER},
                            {{theirs.get(), 3}});
  ASSERT_TRUE(child) << child.error().message;
  theirs.reset();
  client.hello();
  EXPECT_EQ(client.call(nop()).result, 0);
  client.submit({act(FakeAct::kHang)});
  client.close();
  EXPECT_EQ(child->reap(), "ended with status 0");
}

TEST_F(DaemonLife, ASocketThatSystemdLeftIsServed) {
  UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket().c_str());
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener.get(), 8), 0);
  // It must name the process that is meant, which is not known before it is there.
  auto child = Child::start(
      "/bin/sh", {"-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec " GEONEUROND " --worker " FAKE_WORKER},
      {{listener.get(), 3}});
  ASSERT_TRUE(child) << child.error().message;
  listener.reset();
  daemon_.emplace(std::move(*child));
  ASSERT_TRUE(says("READY=1"));
  RawClient client = connect();
  EXPECT_EQ(client.call(nop()).result, 0);
  EXPECT_EQ(end_by(SIGTERM), "ended with status 0");
  EXPECT_TRUE(std::filesystem::exists(socket())) << "it is not the daemon's to remove";
}

TEST_F(DaemonLife, TheWatchdogIsToldThatItLives) {
  setenv("WATCHDOG_USEC", "200000", 1);
  start();
  unsetenv("WATCHDOG_USEC");
  EXPECT_TRUE(says("WATCHDOG=1"));
  EXPECT_TRUE(says("WATCHDOG=1"));
  kill(daemon_->pid(), SIGTERM);
  EXPECT_TRUE(says("STOPPING=1"));
}

TEST_F(DaemonLife, ASecondDaemonAtTheSameSocketIsTold) {
  start();
  auto child = Child::start(GEONEUROND, {"--socket", socket(), "--worker", FAKE_WORKER}, {});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->reap(), "ended with status 1");
  RawClient client = connect();
  EXPECT_EQ(client.call(nop()).result, 0);
}

bool somebody_listens_at(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

TEST_F(DaemonLife, ASocketThatNobodyListensAtIsReplaced) {
  start();
  end_by(SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(socket()));
  // The kernel closes what a killed process's io_uring holds a moment after its end.
  for (int i = 0; i < 2000 && somebody_listens_at(socket()); ++i) pause_ms(10);
  start();
  RawClient client = connect();
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(DaemonLife, ADaemonWithNothingToDoDoesNotWake) {
  start();
  RawClient client = connect();
  EXPECT_EQ(client.call(nop()).result, 0);
  const auto switches = [&] {
    std::ifstream status("/proc/" + std::to_string(daemon_->pid()) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.rfind("voluntary_ctxt_switches:", 0) == 0) return std::stol(line.substr(24));
    return -1L;
  };
  pause_ms(500);  // what the last command left to do is done
  const long before = switches();
  pause_ms(2000);
  EXPECT_EQ(switches(), before);
}

}  // namespace
}  // namespace geoneuron::daemon
