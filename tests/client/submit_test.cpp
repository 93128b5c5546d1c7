// SPDX-License-Identifier: MIT
#include <poll.h>

#include <cerrno>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::HasSubstr;

constexpr uint16_t kLinked = GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT;

class Submit : public ClientTest {
 protected:
  Submit() { connect(); }

  bool poll_fd_is_readable() {
    pollfd entry{geoneuron_context_poll_fd(context), POLLIN, 0};
    return poll(&entry, 1, 0) > 0;
  }
};

TEST_F(Submit, CompletionCarriesUserDataResultAndValue) {
  EXPECT_EQ(submit({nop(7)}), 1);
  daemon->complete(daemon->receive_commands(1)[0], 3, 99);
  const auto completion = completions(1)[0];
  EXPECT_EQ(completion.user_data, 7U);
  EXPECT_EQ(completion.result, 3);
  EXPECT_EQ(completion.value, 99U);
  EXPECT_EQ(completion.command_id, 1U);
}

TEST_F(Submit, CommandArrivesAsItWas) {
  geoneuron_command sent = nop(1, 0);
  sent.opcode = GEONEURON_RENDER;
  sent.deadline_ns = 5;
  sent.payload_bytes = 3;
  sent.payload[2] = 9;
  submit({sent});
  geoneuron_command received = daemon->receive_commands(1)[0];
  received.user_data = sent.user_data;
  EXPECT_EQ(memcmp(&received, &sent, sizeof(sent)), 0);
}

TEST_F(Submit, EqualUserDataStayApart) {
  submit({nop(5), nop(5)});
  const auto commands = daemon->receive_commands(2);
  daemon->complete(commands[1], 2);
  EXPECT_EQ(completions(1)[0].result, 2);
  daemon->complete(commands[0], 1);
  EXPECT_EQ(completions(1)[0].result, 1);
}

TEST_F(Submit, NeverMoreOutstandingThanCompletionEntries) {
  std::vector<geoneuron_command> commands(10, nop(1));
  EXPECT_EQ(submit(commands), 8);
  EXPECT_EQ(submit(commands), -EAGAIN);
  EXPECT_THAT(geoneuron_error(), HasSubstr("8 commands of 8"));
  const auto received = daemon->receive_commands(8);
  EXPECT_TRUE(daemon->is_quiet());
  daemon->complete(received[0]);
  EXPECT_EQ(geoneuron_context_wait(context, 1, -1), 0);
  // A completion that nobody reaped takes its place still.
  EXPECT_EQ(submit(commands), -EAGAIN);
  completions(1);
  EXPECT_EQ(submit(commands), 1);
}

TEST_F(Submit, ChainIsAcceptedWholeOrNotAtAll) {
  EXPECT_EQ(submit(std::vector<geoneuron_command>(6, nop(1))), 6);
  EXPECT_EQ(submit({nop(2, kLinked), nop(3, kLinked), nop(4)}), -EAGAIN);
  EXPECT_EQ(submit({nop(2, kLinked), nop(3), nop(4)}), 2);
}

TEST_F(Submit, ChainWithoutEndIsAnsweredWithoutTheDaemon) {
  EXPECT_EQ(submit({nop(1, kLinked), nop(2, kLinked)}), 2);
  // What comes next belongs to it, up to the first without LINK.
  EXPECT_EQ(submit({nop(3), nop(4)}), 2);
  const auto answers = completions(3);
  for (const auto& answer : answers) EXPECT_EQ(answer.result, -EINVAL);
  EXPECT_EQ(answers[2].user_data, 3U);
  EXPECT_EQ(daemon->receive_commands(1).size(), 1U);
}

TEST_F(Submit, ChainLongerThanTheRingIsAnswered) {
  std::vector<geoneuron_command> chain(9, nop(1, kLinked));
  chain.back().flags = 0;
  EXPECT_EQ(submit(chain), 8);
  for (const auto& answer : completions(8)) EXPECT_EQ(answer.result, -EINVAL);
  EXPECT_EQ(submit({chain.back()}), 1);
  EXPECT_EQ(completions(1)[0].result, -EINVAL);
}

TEST_F(Submit, ReservedUserDataIsRefused) {
  EXPECT_EQ(submit({nop(GEONEURON_RESERVED_USER_DATA)}), -EINVAL);
  EXPECT_EQ(submit({nop(GEONEURON_RESERVED_USER_DATA - 1)}), 1);
}

TEST_F(Submit, NothingIsNothing) {
  EXPECT_EQ(submit({}), 0);
  EXPECT_EQ(geoneuron_context_reap(context, nullptr, 0), 0);
}

TEST_F(Submit, WaitIsClampedToWhatIsOutstanding) {
  EXPECT_EQ(geoneuron_context_wait(context, 5, -1), 0);
  submit({nop(1)});
  daemon->complete(daemon->receive_commands(1)[0]);
  EXPECT_EQ(geoneuron_context_wait(context, 5, -1), 0);
}

TEST_F(Submit, WaitEndsInTime) {
  submit({nop(1)});
  EXPECT_EQ(geoneuron_context_wait(context, 1, 0), -ETIME);
  EXPECT_EQ(geoneuron_context_wait(context, 1, 20'000'000), -ETIME);
  EXPECT_THAT(geoneuron_error(), HasSubstr("0 of 1"));
}

TEST_F(Submit, PollFdIsReadableWhileThereIsSomethingToReap) {
  submit({nop(1), nop(2)});
  EXPECT_FALSE(poll_fd_is_readable());
  const auto commands = daemon->receive_commands(2);
  daemon->complete(commands[0]);
  daemon->complete(commands[1]);
  EXPECT_TRUE(eventually([this] { return poll_fd_is_readable(); }));
  // Also where the library has taken it from the socket.
  EXPECT_EQ(geoneuron_context_wait(context, 2, -1), 0);
  EXPECT_TRUE(poll_fd_is_readable());
  completions(1);
  EXPECT_TRUE(poll_fd_is_readable());
  completions(1);
  EXPECT_FALSE(poll_fd_is_readable());
}

TEST_F(Submit, DaemonThatDoesNotReadBlocksNobody) {
  geoneuron_disconnect(context);
  geoneuron_options options = socket_options(path);
  options.completion_entries = 4096;
  connect(options);
  EXPECT_EQ(submit(std::vector<geoneuron_command>(4096, nop(1))), 4096);
  EXPECT_EQ(submit({nop(1)}), -EAGAIN);
  // What found no room in the socket goes on its way when there is some.
  auto taker = std::async(std::launch::async, [this] { return daemon->receive_commands(4096); });
  EXPECT_TRUE(eventually([&] {
    geoneuron_context_wait(context, 1, 1'000'000);
    return taker.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }));
}

TEST_F(Submit, RunGivesCompletionsInTheCommandsOrder) {
  auto side = std::async(std::launch::async, [this] {
    const auto commands = daemon->receive_commands(2);
    daemon->complete(commands[1], 0, 12);
    daemon->complete(commands[0], 0, 11);
  });
  const std::vector<geoneuron_command> commands = {nop(5), nop(5)};
  geoneuron_completion answers[2];
  EXPECT_EQ(geoneuron_context_run(context, commands.data(), 2, answers), 0) << geoneuron_error();
  EXPECT_EQ(answers[0].value, 11U);
  EXPECT_EQ(answers[1].value, 12U);
  EXPECT_EQ(answers[0].user_data, 5U);
  side.wait();
  EXPECT_EQ(geoneuron_context_reap(context, answers, 2), 0);
}

TEST_F(Submit, RunFailsWithTheDaemonsSentence) {
  auto side = std::async(std::launch::async, [this] {
    const auto commands = daemon->receive_commands(2);
    daemon->complete(commands[0], -EINVAL);
    daemon->complete(commands[1], -ECANCELED);
    const auto buffer = daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
    const auto query = daemon->receive_commands(1)[0];
    geoneuron_request request;
    memcpy(&request, query.payload, sizeof(request));
    EXPECT_EQ(query.opcode, GEONEURON_QUERY);
    EXPECT_STREQ(request.text, R"({"about": "failure", "command": 1})");
    const std::string sentence = "y: is \x7f no output";
    EXPECT_EQ(pwrite(buffer.fd.get(), sentence.data(), sentence.size(), 0),
              static_cast<ssize_t>(sentence.size()));
    daemon->complete(query, 0, sentence.size());
  });
  const std::vector<geoneuron_command> commands = {nop(1, kLinked), nop(2)};
  EXPECT_EQ(geoneuron_context_run(context, commands.data(), 2, nullptr), -EINVAL);
  EXPECT_STREQ(geoneuron_error(), "command 1 of 2: y: is ? no output");
  side.wait();
}

TEST_F(Submit, RunDoesNotWaitForWhatNobodyReaps) {
  submit(std::vector<geoneuron_command>(8, nop(1)));
  for (const auto& command : daemon->receive_commands(8)) daemon->complete(command);
  EXPECT_EQ(geoneuron_context_wait(context, 8, -1), 0);
  const geoneuron_command command = nop(2);
  EXPECT_EQ(geoneuron_context_run(context, &command, 1, nullptr), -EAGAIN);
  const std::vector<geoneuron_command> many(9, nop(1));
  EXPECT_EQ(geoneuron_context_run(context, many.data(), 9, nullptr), -EINVAL);
}

TEST_F(Submit, FailureOfWhatTheLibraryAnsweredIsItsOwnSentence) {
  submit({nop(1, kLinked)});
  const auto completion = completions(1)[0];
  char sentence[64];
  const int length = geoneuron_context_failure(context, &completion, sentence, sizeof(sentence));
  EXPECT_EQ(length, static_cast<int>(sizeof(sentence)) - 1);
  EXPECT_THAT(sentence, HasSubstr("breaks a rule"));
  const geoneuron_completion good{};
  EXPECT_EQ(geoneuron_context_failure(context, &good, sentence, sizeof(sentence)), -EINVAL);
}

}  // namespace
}  // namespace geoneuron
