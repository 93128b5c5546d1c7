// SPDX-License-Identifier: MIT
// Whatever a daemon says, the client gets a sentence and its commands an end.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::HasSubstr;

// A message with this header, and as many bytes of 0 behind it.
std::vector<std::byte> message(uint16_t kind, uint16_t count, size_t bytes, uint32_t padding = 0) {
  const geoneuron_message header{kind, count, padding};
  std::vector<std::byte> whole(sizeof(header) + bytes);
  std::memcpy(whole.data(), &header, sizeof(header));
  return whole;
}

struct Breach {
  const char* name;
  std::function<void(FakeDaemon&, const geoneuron_command&)> commit;
  const char* sentence;
};

void PrintTo(const Breach& breach, std::ostream* out) {
  *out << breach.name;
}

const Breach kBreaches[] = {
    {"ShortMessage",
     [](FakeDaemon& daemon, auto&) { daemon.send_bytes(std::vector<std::byte>(3)); },
     "a message of 3 bytes"},
    {"UnknownKind", [](FakeDaemon& daemon, auto&) { daemon.send_bytes(message(99, 1, 32)); },
     "unknown kind 99"},
    {"KindOfAClient",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_SUBMIT, 1, 512));
     },
     "unknown kind 4"},
    {"NoEntries",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 0, 0));
     },
     "with 0 entries: must be 1 to 32"},
    {"TooManyEntries",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 33, 33 * 32));
     },
     "with 33 entries"},
    {"Padding",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 1, 32, 7));
     },
     "whose padding is not 0"},
    {"TooFewBytes",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 2, 32));
     },
     "and 40 bytes: must be 72"},
    {"TooManyBytes",
     [](FakeDaemon& daemon, auto&) {
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 1, 60'000));
     },
     "must be 40"},
    {"FdThatNobodyAskedFor",
     [](FakeDaemon& daemon, auto&) {
       const int fds[] = {0, 0, 0};
       daemon.send_bytes(message(GEONEURON_MESSAGE_COMPLETIONS, 1, 32), fds);
     },
     "with 3 fds: must be 0"},
    {"SecondWelcome",
     [](FakeDaemon& daemon, auto&) {
       const int fd = 0;
       daemon.send_bytes(message(GEONEURON_MESSAGE_WELCOME, 1, sizeof(geoneuron_welcome)),
                         {&fd, 1});
     },
     "after WELCOME"},
    {"CompletionOfNothing",
     [](FakeDaemon& daemon, geoneuron_command command) {
       command.user_data += 1000;
       daemon.complete(command);
     },
     "which it does not have"},
    {"CompletionTwice",
     [](FakeDaemon& daemon, const geoneuron_command& command) {
       geoneuron_command other = command;
       other.user_data += 1;
       daemon.complete(other);
       daemon.complete(other);
     },
     "which it does not have"},
    {"CompletionWithFlags",
     [](FakeDaemon& daemon, const geoneuron_command& command) {
       geoneuron_completion completion{command.user_data, 0, 1, 0, 1};
       daemon.send(GEONEURON_MESSAGE_COMPLETIONS, std::as_bytes(std::span(&completion, 1)));
     },
     "a completion of command 1"},
    {"AnswerToNoCancel", [](FakeDaemon& daemon, auto&) { daemon.answer_cancel({}, 1, 0); },
     "an answer to a CANCEL"},
    {"RefusalWithoutEnd",
     [](FakeDaemon& daemon, auto&) {
       geoneuron_refusal refusal;
       memset(&refusal, 'a', sizeof(refusal));
       refusal.error = -EPROTO;
       daemon.send(GEONEURON_MESSAGE_REFUSED, std::as_bytes(std::span(&refusal, 1)));
     },
     "refused: aaaa"},
};

class HostileDaemon : public ClientTest, public testing::WithParamInterface<Breach> {};

TEST_P(HostileDaemon, BreachEndsTheContextWithASentence) {
  connect();
  submit({nop(1), nop(2)});
  const auto commands = daemon->receive_commands(2);
  GetParam().commit(*daemon, commands[0]);
  // Whoever breaks the rules may still have workers that write.
  geoneuron_completion early[2];
  const auto taken = [&] { return geoneuron_context_reap(context, early, 2); };
  EXPECT_TRUE(eventually([&] {
    taken();
    return daemon->receive() == std::nullopt;
  }));
  EXPECT_FALSE(has_completions());
  daemon->close_fence();
  const auto rest = completions(1);
  EXPECT_EQ(rest[0].user_data, 1U);
  EXPECT_EQ(rest[0].result, -EOWNERDEAD);
  EXPECT_EQ(submit({nop(3)}), -EPROTO);
  EXPECT_THAT(geoneuron_error(), HasSubstr(GetParam().sentence));
  EXPECT_THAT(geoneuron_error(), HasSubstr(path));
}

INSTANTIATE_TEST_SUITE_P(Breaches, HostileDaemon, testing::ValuesIn(kBreaches),
                         [](const auto& test) { return std::string(test.param.name); });

class HostileWelcome : public ClientTest {
 protected:
  template <typename Answer>
  void expect_refused(const Answer& answer, const char* sentence) {
    auto side = std::async(std::launch::async, [&] {
      daemon->accept();
      answer();
    });
    const geoneuron_options options = socket_options(path);
    EXPECT_EQ(geoneuron_connect(&options, &context), -EPROTO);
    EXPECT_THAT(geoneuron_error(), HasSubstr(sentence));
    side.wait();
  }
  const std::vector<std::byte> welcome_ = [] {
    auto bytes = message(GEONEURON_MESSAGE_WELCOME, 1, sizeof(geoneuron_welcome));
    std::memcpy(bytes.data() + 8, &FakeDaemon::kInfo, sizeof(FakeDaemon::kInfo));
    return bytes;
  }();
};

TEST_F(HostileWelcome, WithoutAFence) {
  expect_refused([this] { daemon->send_bytes(welcome_); }, "with 0 fds: must be 1");
}

TEST_F(HostileWelcome, WithAFenceThatIsNoPipe) {
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int fd = file.get();
  expect_refused([this, fd] { daemon->send_bytes(welcome_, {&fd, 1}); }, "no pipe");
}

TEST_F(HostileWelcome, WithManyFds) {
  const int fds[] = {0, 1, 2, 0};
  expect_refused([&] { daemon->send_bytes(welcome_, fds); }, "with 4 fds");
}

TEST_F(HostileWelcome, AfterSomethingElse) {
  expect_refused([this] { daemon->complete(nop(1)); }, "before WELCOME");
}

// Level-triggered, it would keep every waiter awake.
TEST_F(ClientTest, BytesInTheFenceWakeNobody) {
  auto side = std::async(std::launch::async, [this] {
    daemon->accept();
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    EXPECT_EQ(write(ends[1], "x", 1), 1);
    geoneuron_welcome welcome{FakeDaemon::kInfo, 1};
    daemon->send(GEONEURON_MESSAGE_WELCOME, std::as_bytes(std::span(&welcome, 1)), 1, ends[0]);
    close(ends[0]);
    return ends[1];
  });
  const geoneuron_options options = socket_options(path);
  ASSERT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
  const UniqueFd writer(side.get());
  submit({nop(1)});
  daemon->receive_commands(1);
  daemon->crash();
  geoneuron_context_wait(context, 1, 0);
  struct pollfd entry = {geoneuron_context_poll_fd(context), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 20), 0);
}

}  // namespace
}  // namespace geoneuron
