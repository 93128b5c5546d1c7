// SPDX-License-Identifier: MIT
#include <cerrno>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

constexpr uint16_t kLinked = GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT;

class Cancel : public ClientTest {
 protected:
  Cancel() { connect(); }

  std::future<geoneuron_cancel> cancel(uint64_t user_data) {
    return std::async(std::launch::async, [this, user_data] {
      geoneuron_cancel answer{};
      EXPECT_EQ(geoneuron_context_cancel(context, user_data, &answer), 0) << geoneuron_error();
      return answer;
    });
  }
  geoneuron_cancel receive_cancel() {
    return daemon->receive_kind(GEONEURON_MESSAGE_CANCEL).entry<geoneuron_cancel>();
  }
};

TEST_F(Cancel, DaemonIsAskedAboutTheCommand) {
  submit({nop(1), nop(2)});
  const auto commands = daemon->receive_commands(2);
  auto answer = cancel(2);
  const auto question = receive_cancel();
  EXPECT_EQ(question.user_data, commands[1].user_data);
  EXPECT_EQ(question.cancelled + question.requested + question.not_found + question.flags, 0U);
  daemon->complete(commands[1], -ECANCELED);
  daemon->answer_cancel(question, 1, 0);
  const geoneuron_cancel result = answer.get();
  EXPECT_EQ(result.user_data, 2U);
  EXPECT_EQ(result.cancelled, 1U);
  EXPECT_EQ(result.requested, 0U);
  EXPECT_EQ(completions(1)[0].result, -ECANCELED);
}

TEST_F(Cancel, EachCommandWithTheUserDataIsMeant) {
  submit({nop(1), nop(1), nop(2)});
  const auto commands = daemon->receive_commands(3);
  auto answer = cancel(1);
  for (int i = 0; i < 2; ++i) daemon->answer_cancel(receive_cancel(), i == 0, i == 1);
  const geoneuron_cancel result = answer.get();
  EXPECT_EQ(result.cancelled, 1U);
  EXPECT_EQ(result.requested, 1U);
  EXPECT_EQ(result.not_found, 0U);
}

TEST_F(Cancel, NoSuchCommandIsSaid) {
  geoneuron_cancel answer{};
  EXPECT_EQ(geoneuron_context_cancel(context, 3, &answer), -ENOENT);
  EXPECT_EQ(answer.not_found, 1U);
  EXPECT_TRUE(daemon->is_quiet());
  EXPECT_EQ(geoneuron_context_cancel(context, 3, nullptr), -ENOENT);
}

TEST_F(Cancel, WithoutADaemonItEndsWithTheFence) {
  submit({nop(1), nop(2)});
  daemon->receive_commands(2);
  FakeDaemon lost = lose_daemon();
  geoneuron_context_wait(context, 1, 0);
  const geoneuron_cancel answer = cancel(1).get();
  EXPECT_EQ(answer.requested, 1U);
  EXPECT_EQ(answer.cancelled, 0U);
  EXPECT_FALSE(has_completions());
  lost.close_fence();
  const auto completion = completions(1)[0];
  EXPECT_EQ(completion.user_data, 1U);
  EXPECT_EQ(completion.result, -ECANCELED);
}

TEST_F(Cancel, WhatNoDaemonHasEndsAtOnceWithItsChain) {
  const FakeDaemon lost = lose_daemon();
  daemon->crash();
  geoneuron_context_wait(context, 1, 0);
  submit({nop(1, kLinked), nop(2), nop(3)});
  const geoneuron_cancel answer = cancel(2).get();
  EXPECT_EQ(answer.cancelled, 2U);
  for (const auto& completion : completions(2)) EXPECT_EQ(completion.result, -ECANCELED);
  EXPECT_FALSE(has_completions());
}

TEST_F(Cancel, DaemonThatGoesBeforeItAnswersLeavesARequest) {
  submit({nop(1)});
  daemon->receive_commands(1);
  auto answer = cancel(1);
  receive_cancel();
  FakeDaemon lost = lose_daemon();
  EXPECT_EQ(answer.get().requested, 1U);
  lost.close_fence();
  EXPECT_EQ(completions(1)[0].result, -ECANCELED);
}

TEST_F(Cancel, AnswersReachTheThreadThatAsked) {
  submit({nop(1), nop(2)});
  daemon->receive_commands(2);
  auto first = cancel(1);
  const auto one = receive_cancel();
  auto second = cancel(2);
  const auto two = receive_cancel();
  daemon->answer_cancel(one, 0, 1);
  daemon->answer_cancel(two, 1, 0);
  EXPECT_EQ(first.get().requested, 1U);
  EXPECT_EQ(second.get().cancelled, 1U);
}

}  // namespace
}  // namespace geoneuron
