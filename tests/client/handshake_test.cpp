// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::HasSubstr;

class Handshake : public ClientTest {
 protected:
  // What connecting ends with while the daemon does `answer`.
  template <typename Answer>
  int connect_to(const Answer& answer) {
    geoneuron_options options = socket_options(path);
    options.connect_timeout_ns = 20'000'000'000;
    auto side = std::async(std::launch::async, answer);
    const int result = geoneuron_connect(&options, &context);
    side.wait();
    return result;
  }
};

TEST_F(Handshake, SaysVersionAndEntries) {
  geoneuron_hello hello{};
  EXPECT_EQ(connect_to([&] {
              hello = daemon->accept();
              daemon->welcome();
            }),
            0);
  EXPECT_EQ(hello.version, GEONEURON_SOCKET_VERSION);
  EXPECT_EQ(hello.completion_entries, 8U);
  EXPECT_EQ(geoneuron_context_way(context), GEONEURON_WAY_SOCKET);
}

TEST_F(Handshake, GivesTheDaemonsInfo) {
  connect();
  geoneuron_info info{};
  EXPECT_EQ(geoneuron_context_info(context, &info), 0);
  EXPECT_EQ(info.highest_class, static_cast<uint32_t>(GEONEURON_CLASS_INTERACTIVE));
  EXPECT_EQ(info.max_commands, 4096U);
  EXPECT_EQ(info.server_attached, 1U);
}

TEST_F(Handshake, RefusalGivesErrorAndSentence) {
  EXPECT_EQ(connect_to([&] {
              daemon->accept();
              daemon->refuse(-EDQUOT, "16 contexts of 16: close one\x1b[31m");
              daemon->crash();
            }),
            -EDQUOT);
  EXPECT_STREQ(geoneuron_error(), (path + ": refused: 16 contexts of 16: close one?[31m").c_str());
  EXPECT_EQ(context, nullptr);
}

TEST_F(Handshake, RefusalWithoutAnErrnoIsABrokenRule) {
  EXPECT_EQ(connect_to([&] {
              daemon->accept();
              daemon->refuse(1'000'000, "no");
            }),
            -EPROTO);
}

TEST_F(Handshake, DaemonOfAnotherVersionIsNotUsed) {
  EXPECT_EQ(connect_to([&] {
              daemon->accept();
              geoneuron_info info = FakeDaemon::kInfo;
              info.abi_version = 7;
              daemon->welcome(info);
            }),
            -EPROTO);
  EXPECT_THAT(geoneuron_error(), HasSubstr("version 7"));
}

TEST_F(Handshake, DaemonThatGoesIsReported) {
  EXPECT_EQ(connect_to([&] {
              daemon->accept();
              daemon->crash();
            }),
            -ECONNRESET);
  EXPECT_THAT(geoneuron_error(), HasSubstr("closed the connection"));
}

TEST_F(Handshake, DaemonThatNeverAnswersIsGivenUp) {
  geoneuron_options options = socket_options(path);
  options.connect_timeout_ns = 50'000'000;
  EXPECT_EQ(geoneuron_connect(&options, &context), -ETIMEDOUT);
  EXPECT_THAT(geoneuron_error(), HasSubstr("no answer to HELLO in 50 ms"));
}

TEST_F(Handshake, NoDaemonIsNamed) {
  const std::string none = folder / "none";
  const geoneuron_options options = socket_options(none);
  EXPECT_EQ(geoneuron_connect(&options, &context), -ENOENT);
  EXPECT_THAT(geoneuron_error(), HasSubstr(none + ": No such file"));
  daemon->crash();
  const geoneuron_options dead = socket_options(path);
  EXPECT_EQ(geoneuron_connect(&dead, &context), -ECONNREFUSED);
  EXPECT_THAT(geoneuron_error(), HasSubstr("start one"));
}

TEST_F(Handshake, SocketOfAnotherTypeIsRefused) {
  const std::string stream = folder / "stream";
  const UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  stream.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  const geoneuron_options options = socket_options(stream);
  EXPECT_EQ(geoneuron_connect(&options, &context), -EPROTOTYPE);
  EXPECT_THAT(geoneuron_error(), HasSubstr("SOCK_SEQPACKET"));
}

TEST_F(Handshake, PathTooLongIsRefused) {
  const std::string long_path(200, 'x');
  const geoneuron_options options = socket_options(long_path);
  EXPECT_EQ(geoneuron_connect(&options, &context), -ENAMETOOLONG);
}

TEST_F(Handshake, OptionsAreChecked) {
  const auto refused = [this](auto&& change) {
    geoneuron_options options = socket_options(path);
    change(options);
    return geoneuron_connect(&options, &context) == -EINVAL && *geoneuron_error() != '\0';
  };
  EXPECT_TRUE(refused([](auto& options) { options.size = 4; }));
  EXPECT_TRUE(refused([](auto& options) { options.size = sizeof(options) + 8; }));
  EXPECT_TRUE(refused([](auto& options) { options.way = 4; }));
  EXPECT_TRUE(refused([](auto& options) { options.padding = 1; }));
  for (const uint32_t entries : {1U, 3U, 8192U})
    EXPECT_TRUE(refused([entries](auto& options) { options.completion_entries = entries; }));
}

// What lies behind them is not theirs.
TEST_F(Handshake, OptionsOfOlderProgramsAreTaken) {
  geoneuron_options options = socket_options(path);
  options.size = offsetof(geoneuron_options, daemon_arguments);
  options.daemon_arguments = reinterpret_cast<const char* const*>(uintptr_t{8});
  connect(options);
}

TEST_F(Handshake, SocketOfTheEnvironmentIsUsed) {
  ASSERT_EQ(setenv("GEONEURON_SOCKET", path.c_str(), 1), 0);
  geoneuron_options options = socket_options(path);
  options.socket_path = nullptr;
  connect(options);
  geoneuron_disconnect(context);
  // AUTO means it too, and finds nothing else instead.
  options.way = GEONEURON_WAY_AUTO;
  daemon->crash();
  EXPECT_EQ(geoneuron_connect(&options, &context), -ECONNREFUSED);
  unsetenv("GEONEURON_SOCKET");
}

TEST_F(Handshake, SocketOfTheUsersRuntimeFolderIsUsed) {
  std::filesystem::create_directory(folder / "geoneuron");
  path = folder / "geoneuron/socket";
  daemon = std::make_unique<FakeDaemon>(path);
  ASSERT_EQ(setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1), 0);
  geoneuron_options options = socket_options(path);
  options.socket_path = nullptr;
  connect(options);
  unsetenv("XDG_RUNTIME_DIR");
}

TEST_F(Handshake, KernelWithoutModuleIsSaid) {
  if (std::filesystem::exists("/dev/geoneuron")) GTEST_SKIP() << "the module is loaded here";
  geoneuron_options options{};
  options.size = sizeof(options);
  options.way = GEONEURON_WAY_KERNEL;
  EXPECT_EQ(geoneuron_connect(&options, &context), -ENOENT);
  EXPECT_THAT(geoneuron_error(), HasSubstr("module geoneuron is not loaded"));
}

TEST(Disconnect, OfNothingIsNothing) {
  geoneuron_disconnect(nullptr);
  geoneuron_buffer_destroy(nullptr);
}

}  // namespace
}  // namespace geoneuron
