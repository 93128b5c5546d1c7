// SPDX-License-Identifier: MIT
// A daemon goes, and another comes: what runs again, what does not, and when.
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint16_t kOnce = 0;
constexpr uint16_t kLinked = GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT;

std::vector<std::pair<uint64_t, int>> results(const std::vector<geoneuron_completion>& answers) {
  std::vector<std::pair<uint64_t, int>> pairs;
  for (const auto& answer : answers) pairs.emplace_back(answer.user_data, answer.result);
  return pairs;
}

class LostDaemon : public ClientTest {
 protected:
  LostDaemon() { connect(); }

  // Lets the library look for a while.
  void idle() {
    for (int i = 0; i < 20; ++i) geoneuron_context_wait(context, 8, 5'000'000);
  }
};

TEST_F(LostDaemon, NothingHappensBeforeTheFenceIsClosed) {
  submit({nop(1), nop(2, kOnce)});
  daemon->receive_commands(2);
  FakeDaemon lost = lose_daemon();
  idle();
  EXPECT_FALSE(has_completions());
  EXPECT_FALSE(daemon->has_connection_waiting());
  lost.close_fence();
  EXPECT_THAT(results(completions(1)), ElementsAre(std::pair(uint64_t{2}, -EOWNERDEAD)));
  expect_reconnection();
  daemon->complete(daemon->receive_commands(1)[0], 5);
  EXPECT_THAT(results(completions(1)), ElementsAre(std::pair(uint64_t{1}, 5)));
}

TEST_F(LostDaemon, FenceIsNotWaitedForWhereNothingRuns) {
  submit({nop(1)});
  daemon->complete(daemon->receive_commands(1)[0]);
  completions(1);
  const FakeDaemon lost = lose_daemon();
  expect_reconnection();
  EXPECT_EQ(submit({nop(2)}), 1);
  daemon->complete(daemon->receive_commands(1)[0]);
  completions(1);
}

TEST_F(LostDaemon, WaiterIsServedWithoutCallingAgain) {
  submit({nop(1)});
  daemon->receive_commands(1);
  auto waiter = std::async(std::launch::async, [this] { return completions(1)[0].result; });
  FakeDaemon lost = lose_daemon();
  lost.close_fence();
  daemon->accept();
  daemon->welcome();
  daemon->complete(daemon->receive_commands(1)[0], 4);
  EXPECT_EQ(waiter.get(), 4);
}

TEST_F(LostDaemon, PollFdTellsAboutTheFenceToo) {
  submit({nop(1, kOnce)});
  daemon->receive_commands(1);
  FakeDaemon lost = lose_daemon();
  const int fd = geoneuron_context_poll_fd(context);
  geoneuron_completion answer{};
  EXPECT_EQ(geoneuron_context_reap(context, &answer, 1), 0);
  lost.close_fence();
  EXPECT_TRUE(eventually([&] {
    struct pollfd entry = {fd, POLLIN, 0};
    return poll(&entry, 1, 1000) > 0 && geoneuron_context_reap(context, &answer, 1) == 1;
  }));
  EXPECT_EQ(answer.result, -EOWNERDEAD);
}

TEST_F(LostDaemon, CommandsComeAgainInTheirOrderAndBeforeNewerOnes) {
  submit({nop(1), nop(2), nop(3)});
  daemon->complete(daemon->receive_commands(3)[1]);
  completions(1);
  lose_daemon().close_fence();
  submit({nop(4)});
  expect_reconnection();
  const auto commands = daemon->receive_commands(3);
  for (const auto& command : commands) daemon->complete(command);
  EXPECT_THAT(
      results(completions(3)),
      ElementsAre(std::pair(uint64_t{1}, 0), std::pair(uint64_t{3}, 0), std::pair(uint64_t{4}, 0)));
}

TEST_F(LostDaemon, ChainRunsAgainAsAWholeAndAnswersOnce) {
  submit({nop(1, kLinked), nop(2, kLinked), nop(3)});
  daemon->complete(daemon->receive_commands(3)[0]);
  completions(1);
  lose_daemon().close_fence();
  expect_reconnection();
  for (const auto& command : daemon->receive_commands(3)) daemon->complete(command);
  EXPECT_THAT(results(completions(2)),
              ElementsAre(std::pair(uint64_t{2}, 0), std::pair(uint64_t{3}, 0)));
  geoneuron_completion none{};
  EXPECT_EQ(geoneuron_context_reap(context, &none, 1), 0);
}

TEST_F(LostDaemon, ChainWithOneThatMayNotRunAgainDoesNot) {
  submit({nop(1, kLinked), nop(2, GEONEURON_COMMAND_LINK), nop(3)});
  daemon->complete(daemon->receive_commands(3)[0]);
  completions(1);
  lose_daemon().close_fence();
  EXPECT_THAT(results(completions(2)), ElementsAre(std::pair(uint64_t{2}, -EOWNERDEAD),
                                                   std::pair(uint64_t{3}, -EOWNERDEAD)));
}

TEST_F(LostDaemon, ChainThatFailedIsCancelled) {
  submit({nop(1, kLinked), nop(2)});
  daemon->complete(daemon->receive_commands(2)[0], -EINVAL);
  completions(1);
  lose_daemon().close_fence();
  EXPECT_THAT(results(completions(1)), ElementsAre(std::pair(uint64_t{2}, -ECANCELED)));
}

// Members that are done count again with the next daemon, which must not get more than it promised
// room for.
TEST_F(LostDaemon, RepeatedChainsKeepToTheCredits) {
  submit({nop(1, kLinked), nop(1, kLinked), nop(1, kLinked), nop(2)});
  const auto first = daemon->receive_commands(4);
  for (int i = 0; i < 3; ++i) daemon->complete(first[static_cast<size_t>(i)]);
  completions(3);
  EXPECT_EQ(submit(std::vector<geoneuron_command>(7, nop(3))), 7);
  daemon->receive_commands(7);
  lose_daemon().close_fence();
  expect_reconnection();
  const auto again = daemon->receive_commands(8);
  geoneuron_context_wait(context, 8, 20'000'000);
  EXPECT_TRUE(daemon->is_quiet());
  for (const auto& command : again) daemon->complete(command);
  completions(5);
  for (const auto& command : daemon->receive_commands(3)) daemon->complete(command);
  completions(3);
}

TEST_F(LostDaemon, WhatWasAnsweredBeforeTheEndIsNotRepeated) {
  submit({nop(1)});
  daemon->complete(daemon->receive_commands(1)[0], 9);
  const FakeDaemon lost = lose_daemon();
  EXPECT_EQ(completions(1)[0].result, 9);
}

TEST_F(LostDaemon, CommandThatTakesEveryDaemonWithItIsGivenUp) {
  submit({nop(1)});
  for (int i = 0; i < 5; ++i) {
    daemon->receive_commands(1);
    lose_daemon().close_fence();
    if (i < 4) expect_reconnection();
  }
  EXPECT_EQ(completions(1)[0].result, -EOWNERDEAD);
}

TEST_F(LostDaemon, NoOtherInTimeEndsTheContext) {
  geoneuron_disconnect(context);
  geoneuron_options options = socket_options(path);
  options.reconnect_timeout_ns = 50'000'000;
  connect(options);
  submit({nop(1)});
  daemon->receive_commands(1);
  daemon->crash();
  daemon->close_fence();
  EXPECT_EQ(completions(1)[0].result, -EOWNERDEAD);
  EXPECT_EQ(submit({nop(2)}), -ECONNREFUSED);
  EXPECT_THAT(geoneuron_error(), HasSubstr("start one"));
  geoneuron_buffer* buffer = nullptr;
  EXPECT_EQ(geoneuron_buffer_create(context, 1, &buffer), -ECONNREFUSED);
}

TEST_F(LostDaemon, BuffersAreKnownToTheNext) {
  geoneuron_buffer* buffer = nullptr;
  ASSERT_EQ(geoneuron_buffer_create(context, 4096, &buffer), 0);
  strcpy(static_cast<char*>(geoneuron_buffer_data(buffer)), "still there");
  daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
  lose_daemon().close_fence();
  expect_reconnection();
  const auto again = daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
  EXPECT_EQ(again.entry<geoneuron_socket_buffer>().handle, geoneuron_buffer_handle(buffer));
  char text[12] = {};
  EXPECT_EQ(pread(again.fd.get(), text, sizeof(text), 0), 12);
  EXPECT_STREQ(text, "still there");
  geoneuron_buffer_destroy(buffer);
  EXPECT_EQ(
      daemon->receive_kind(GEONEURON_MESSAGE_DESTROY).entry<geoneuron_destroy_buffer>().handle,
      again.entry<geoneuron_socket_buffer>().handle);
}

TEST_F(LostDaemon, BufferThatWasDestroyedMeanwhileIsKnownToTheNext) {
  geoneuron_buffer* buffer = nullptr;
  ASSERT_EQ(geoneuron_buffer_create(context, 4096, &buffer), 0);
  geoneuron_command command = nop(1);
  geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 0, 0);
  submit({command});
  geoneuron_buffer_destroy(buffer);
  daemon->receive_commands(1);
  lose_daemon().close_fence();
  expect_reconnection();
  daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
  daemon->complete(daemon->receive_commands(1)[0]);
  completions(1);
  EXPECT_EQ(
      daemon->receive_kind(GEONEURON_MESSAGE_DESTROY).entry<geoneuron_destroy_buffer>().handle,
      command.buffers[0].handle);
}

TEST_F(LostDaemon, RefusalOfTheNextIsFinal) {
  submit({nop(1)});
  daemon->receive_commands(1);
  lose_daemon().close_fence();
  auto side = std::async(std::launch::async, [this] {
    daemon->accept();
    daemon->refuse(-EACCES, "only its friends");
  });
  EXPECT_EQ(completions(1)[0].result, -EOWNERDEAD);
  EXPECT_EQ(submit({nop(2)}), -EACCES);
  EXPECT_THAT(geoneuron_error(), HasSubstr("only its friends"));
}

}  // namespace
}  // namespace geoneuron
