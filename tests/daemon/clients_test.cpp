// SPDX-License-Identifier: MIT
// Clients that cancel, do not read, go, or are many.
#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

using fakes::FakeAct;

using DaemonClients = DaemonTest;

TEST_F(DaemonClients, CancelEndsWhatWaitsAndAsksForTheEndOfWhatRuns) {
  start();
  RawClient client = connect(256);
  client.submit({act(FakeAct::kWait, 1)});
  EXPECT_EQ(client.call(nop(2)).result, 0);  // so that the one before it runs
  geoneuron_cancel ask = {};
  ask.user_data = 7;
  client.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {ask});
  const ReceivedMessage none = client.receive();
  EXPECT_EQ(none.kind, GEONEURON_MESSAGE_CANCELLED);
  EXPECT_EQ(none.entry<geoneuron_cancel>().not_found, 1u);
  client.submit({linked(nop(7)), linked(nop(8))});  // a chain that is not complete
  client.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {ask});
  for (const auto& completion : client.completions(2)) EXPECT_EQ(completion.result, -ECANCELED);
  const ReceivedMessage open = client.receive();
  EXPECT_EQ(open.entry<geoneuron_cancel>().cancelled, 1u);
  EXPECT_EQ(client.call(nop(9)).result, -ECANCELED) << "the rest of that chain";
  ask.user_data = 1;
  client.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {ask});
  const ReceivedMessage runs = client.receive();
  EXPECT_EQ(runs.kind, GEONEURON_MESSAGE_CANCELLED);
  EXPECT_EQ(runs.entry<geoneuron_cancel>().requested, 1u);
  EXPECT_EQ(client.completions(1)[0].result, -ECANCELED);
}

TEST_F(DaemonClients, AClientThatDoesNotReadIsBounded) {
  start();
  RawClient lazy = connect(4096), other = connect();
  const std::vector<geoneuron_command> many(32, nop());
  size_t sent = 0;
  fcntl(lazy.fd(), F_SETFL, O_NONBLOCK);
  for (int i = 0; i < 20'000 && sent < 100'000; ++i) {
    if (lazy.submit(many))
      sent += many.size();
    else if (errno == EAGAIN)
      pause_ms(1);
    else
      break;
  }
  EXPECT_LT(sent, 100'000u) << "the daemon must have ended it";
  EXPECT_EQ(other.call(nop()).result, 0);
}

TEST_F(DaemonClients, AClientThatCancelsAndDoesNotReadIsHeldBack) {
  start();
  RawClient lazy = connect(), other = connect();
  fcntl(lazy.fd(), F_SETFL, O_NONBLOCK);
  int refused = 0;
  for (int i = 0; i < 200'000 && refused < 50; ++i)
    if (!lazy.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {{}})) {
      ++refused;
      pause_ms(2);
    }
  EXPECT_EQ(refused, 50);
  EXPECT_EQ(other.call(nop()).result, 0);
}

TEST_F(DaemonClients, ServesAThousandConnections) {
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < 2048)
    GTEST_SKIP() << "a thousand clients need more open files than this user may have: "
                 << files.rlim_max << "; allow 2048 (ulimit -Hn)";
  files.rlim_cur = files.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  start("max_contexts = 1000\n");
  std::vector<RawClient> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(connect(4));
  for (RawClient& client : clients) ASSERT_TRUE(client.submit({nop(1), nop(2)}));
  for (RawClient& client : clients) ASSERT_EQ(client.completions(2).size(), 2u);
  RawClient more(socket());
  EXPECT_EQ(more.refusal().error, -EDQUOT);
  clients.pop_back();
  for (int i = 0; i < 6000; ++i) {  // until the daemon has seen the end of that one
    RawClient next(socket());
    next.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 0}});
    if (next.receive().kind == GEONEURON_MESSAGE_WELCOME) return;
    pause_ms(10);
  }
  ADD_FAILURE() << "a place that was given back must be had again";
}

TEST_F(DaemonClients, ThoseForWhomThereIsNoFileAreTold) {
  start();
  RawClient first = connect();
  EXPECT_EQ(first.call(nop()).result, 0);  // its worker has started
  const rlimit few = {.rlim_cur = open_fds() + 8, .rlim_max = open_fds() + 8};
  ASSERT_EQ(prlimit(daemon_->pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  std::vector<RawClient> clients;
  geoneuron_refusal refusal = {};
  while (refusal.error == 0 && clients.size() < 16) {
    RawClient next(socket());
    next.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 0}});
    const ReceivedMessage answer = next.receive();
    if (answer.kind == GEONEURON_MESSAGE_REFUSED) refusal = answer.entry<geoneuron_refusal>();
    clients.push_back(std::move(next));
  }
  EXPECT_EQ(refusal.error, -EMFILE);
  EXPECT_NE(std::string(refusal.sentence).find("limit of open files"), std::string::npos);
  EXPECT_EQ(first.call(nop()).result, 0);
  clients.clear();
  for (int i = 0; i < 6000; ++i) {  // until the daemon has seen their ends
    RawClient next(socket());
    next.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 0}});
    if (next.receive().kind == GEONEURON_MESSAGE_WELCOME) return;
    pause_ms(10);
  }
  ADD_FAILURE() << "files that were given back must serve again";
}

TEST_F(DaemonClients, LeavesNothingBehindOfClientsThatWent) {
  start();
  RawClient stays = connect();
  EXPECT_EQ(stays.call(nop()).result, 0);
  const size_t before = open_fds();
  for (int round = 0; round < 20; ++round) {
    RawClient client = connect();
    const UniqueFd memory = sealed_memory(4096);
    for (uint32_t handle = 1; handle <= 10; ++handle) client.announce(handle, memory.get(), 4096);
    geoneuron_command copy = act(FakeAct::kCopy);
    copy.buffer_count = 2;
    copy.buffers[0] = {1, GEONEURON_ACCESS_READ, 0, 16};
    copy.buffers[1] = {2, GEONEURON_ACCESS_WRITE, 0, 16};
    EXPECT_EQ(client.call(copy).result, 0);
    client.submit({linked(act(FakeAct::kSlow)), nop(), linked(nop())});
  }
  uint64_t count = 0;
  for (int i = 0; i < 6000; ++i) {
    count = stays.call(act(FakeAct::kCount)).value;
    if (count == uint64_t{20} << 32 && open_fds() == before) break;
    pause_ms(10);
  }
  EXPECT_EQ(count >> 32, 20u) << "contexts that the worker was told are gone";
  EXPECT_EQ(count & 0xFFFFFFFF, 0u) << "buffers that it has still";
  EXPECT_EQ(open_fds(), before);
}

}  // namespace
}  // namespace geoneuron::daemon
