// SPDX-License-Identifier: MIT
// Workers that die, hang, lie or are not needed any more.
#include <poll.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

using fakes::FakeAct;

using DaemonWorkers = DaemonTest;

TEST_F(DaemonWorkers, AWorkerThatDiesFailsOnlyWhatItRan) {
  start();
  RawClient client = connect(), other = connect();
  const uint64_t before = process_of(client);
  const geoneuron_completion crashed = client.call(act(FakeAct::kCrash));
  EXPECT_EQ(crashed.result, -EIO);
  EXPECT_NE(why(client, crashed.command_id).find("signal 11"), std::string::npos);
  const uint64_t after = process_of(other);
  EXPECT_NE(after, before);
  EXPECT_GT(after, 0u);
}

TEST_F(DaemonWorkers, WhatWaitsWhenAWorkerDiesIsRunByTheNext) {
  start();
  RawClient client = connect(256);
  // Two batches may be in flight: what comes behind them waits.
  std::vector<geoneuron_command> commands = {act(FakeAct::kSlow, 1), act(FakeAct::kCrash, 2)};
  for (uint64_t i = 3; i < 20; ++i) commands.push_back(act(FakeAct::kSlow, i));
  client.submit(commands);
  std::map<uint64_t, int> results;
  for (const auto& completion : client.completions(19))
    results[completion.user_data] = completion.result;
  EXPECT_EQ(results[1], 0);
  EXPECT_EQ(results[2], -EIO);
  const auto failed = std::ranges::count_if(results, [](auto& entry) { return entry.second != 0; });
  EXPECT_LE(failed, 2) << "at most what was in flight beside it";
}

// Two batches may be in flight on a device; models are read beside it.
TEST_F(DaemonWorkers, ModelsThatTakeLongToReadHoldNobodyUp) {
  start();
  RawClient client = connect(), other = connect();
  std::vector<geoneuron_command> loads;
  for (uint64_t i = 1; i <= 3; ++i) {
    loads.push_back(act(FakeAct::kWait, i));
    loads.back().opcode = GEONEURON_LOAD_MODEL;
  }
  client.submit(loads);
  EXPECT_EQ(client.call(nop(4)).result, 0);
  for (uint64_t i = 0; i < 20; ++i) EXPECT_EQ(other.call(nop(i)).result, 0);
  for (uint64_t i = 1; i <= 3; ++i) {
    geoneuron_cancel ask = {};
    ask.user_data = i;
    client.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {ask});
  }
  int ended = 0;
  while (ended < 3) {
    const ReceivedMessage message = client.receive();
    ASSERT_NE(message.kind, 0);
    if (message.kind == GEONEURON_MESSAGE_COMPLETIONS) ended += message.count;
  }
}

TEST_F(DaemonWorkers, AWorkerThatBreaksTheProtocolIsReplaced) {
  start();
  RawClient client = connect();
  EXPECT_EQ(client.call(act(FakeAct::kForeignReply)).result, -EIO);
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(DaemonWorkers, AWorkerThatHangsIsReplaced) {
  start("worker_patience_seconds = 1\n");
  RawClient client = connect();
  const geoneuron_completion hung = client.call(act(FakeAct::kHang));
  EXPECT_EQ(hung.result, -EIO);
  EXPECT_NE(why(client, hung.command_id).find("no sign of life"), std::string::npos);
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(DaemonWorkers, AWorkerThatDiesOftenIsHeldBack) {
  start();
  RawClient client = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call(act(FakeAct::kCrash)).result, -EIO);
  const timespec begin = [] {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
  }();
  EXPECT_EQ(client.call(nop()).result, 0);
  timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  EXPECT_GE((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1'000'000, 100);
}

TEST_F(DaemonWorkers, AWorkerThatCannotServeFailsWhatWaitsForIt) {
  for (const char* how : {"refuse", "die", "version"}) {
    setenv("FAKE_WORKER_START", how, 1);
    start();
    RawClient client = connect();
    const geoneuron_completion failed = client.call(nop());
    EXPECT_EQ(failed.result, -ENODEV) << how;
    EXPECT_NE(why(client, failed.command_id).find("worker"), std::string::npos);
    EXPECT_EQ(end_by(SIGTERM), "ended with status 0");
  }
}

TEST_F(DaemonWorkers, WorkersEndSomeTimeAfterTheirUser) {
  start("worker_idle_seconds = 1\n");
  pid_t worker = 0;
  {
    RawClient client = connect();
    worker = static_cast<pid_t>(process_of(client));
    ASSERT_EQ(kill(worker, 0), 0);
  }
  for (int i = 0; i < 6000 && kill(worker, 0) == 0; ++i) pause_ms(10);
  EXPECT_NE(kill(worker, 0), 0);
  RawClient client = connect();
  EXPECT_EQ(client.call(nop()).result, 0) << "and are there again when they are needed";
}

TEST_F(DaemonWorkers, WorkersAreToldWhatTheyMayUse) {
  start("worker_bytes = 1000000\nworker_device_bytes = 4000\ncontext_host_bytes = 2000\n");
  RawClient client = connect();
  std::ifstream file("/proc/" + std::to_string(process_of(client)) + "/cmdline");
  std::string line{std::istreambuf_iterator<char>(file), {}};
  std::ranges::replace(line, '\0', ' ');
  EXPECT_NE(line.find(" --budget 1000000 --device-budget 4000 --context-host-budget 2000 "),
            std::string::npos)
      << line;
}

TEST_F(DaemonWorkers, TheFenceHoldsWhileAWorkerLives) {
  start();
  RawClient client = connect();
  client.submit({act(FakeAct::kWait)});
  pollfd fence = {.fd = client.fence().get(), .events = 0, .revents = 0};
  EXPECT_EQ(poll(&fence, 1, 50), 0);
  kill(daemon_->pid(), SIGKILL);
  daemon_->reap();
  daemon_.reset();
  EXPECT_EQ(poll(&fence, 1, 60'000), 1) << "the worker dies with its daemon";
}

}  // namespace
}  // namespace geoneuron::daemon
