// SPDX-License-Identifier: MIT
// Each rule of socket.h, valid but for one thing: the connection ends, with a sentence that says
// which, and others do not notice.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

using testing::Test;

constexpr uint64_t kSize = 8192;

class SocketRules : public DaemonTest {
 protected:
  void SetUp() override {
    DaemonTest::SetUp();
    start("max_buffer_bytes = 65536\nmax_buffers = 8\n");
  }

  // A client that `say` makes break a rule is refused with that errno and word.
  void expect_refused(const std::function<void(RawClient&)>& say, int error, const char* word,
                      bool with_hello = true) {
    RawClient other = connect();
    RawClient client(socket());
    if (with_hello) client.hello(4);
    say(client);
    const geoneuron_refusal refusal = client.refusal();
    EXPECT_EQ(refusal.error, -error) << refusal.sentence;
    EXPECT_NE(std::string(refusal.sentence).find(word), std::string::npos) << refusal.sentence;
    EXPECT_EQ(other.call(nop()).result, 0);
  }

  void expect_buffer_refused(const UniqueFd& fd, uint64_t size, uint32_t flags, int error,
                             const char* word) {
    expect_refused([&](RawClient& client) { client.announce(1, fd.get(), size, flags); }, error,
                   word);
  }
};

TEST_F(SocketRules, HelloComesFirst) {
  expect_refused([](RawClient& c) { c.submit({nop()}); }, EPROTO, "before HELLO", false);
}

TEST_F(SocketRules, HelloComesOnce) {
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 0}});
      },
      EPROTO, "second");
}

TEST_F(SocketRules, HelloKnowsTheVersion) {
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{2, 4, 0}});
      },
      EPROTONOSUPPORT, "version 2", false);
}

TEST_F(SocketRules, HelloIsReserved) {
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, 4, 9}});
      },
      EINVAL, "reserved", false);
}

TEST_F(SocketRules, CompletionEntriesAreAPowerOfTwoInRange) {
  for (const uint32_t entries : {0u, 1u, 3u, 48u, 8192u})
    expect_refused(
        [&](RawClient& c) {
          c.send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO, {{1, entries, 0}});
        },
        EINVAL, "power of two", false);
}

TEST_F(SocketRules, WelcomeTellsWhatASocketClientHas) {
  RawClient client(socket());
  const geoneuron_welcome welcome = client.hello(4096);
  EXPECT_EQ(welcome.info.abi_version, unsigned{GEONEURON_ABI_VERSION});
  EXPECT_EQ(welcome.info.server_attached, 1u);
  EXPECT_EQ(welcome.info.max_buffer_bytes, 65536u);
  const int highest = geteuid() == 0 ? GEONEURON_CLASS_REALTIME : GEONEURON_CLASS_INTERACTIVE;
  EXPECT_EQ(static_cast<int>(welcome.info.highest_class), highest);
  EXPECT_EQ(welcome.daemon_pid, static_cast<uint64_t>(daemon_->pid()));
  EXPECT_EQ(fcntl(client.fence().get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST_F(SocketRules, AMessageHasAHeader) {
  expect_refused([](RawClient& c) { c.send("abcd", 4); }, EPROTO, "4 bytes");
}

TEST_F(SocketRules, ItsKindIsKnown) {
  for (const uint16_t kind : {uint16_t{0}, uint16_t{6}, uint16_t{GEONEURON_MESSAGE_WELCOME}})
    expect_refused([&](RawClient& c) { c.send_entries<geoneuron_cancel>(kind, {{}}); }, EPROTO,
                   "unknown");
}

TEST_F(SocketRules, ItsPaddingIsZero) {
  const struct {
    geoneuron_message header = {GEONEURON_MESSAGE_CANCEL, 1, 5};
    geoneuron_cancel ask = {};
  } message;
  expect_refused([&](RawClient& c) { c.send(&message, sizeof message); }, EPROTO, "padding");
}

TEST_F(SocketRules, ItHasEntries) {
  expect_refused([](RawClient& c) { c.submit({}); }, EPROTO, "0 entries");
}

TEST_F(SocketRules, ItHasNoMoreEntriesThanItsKindMay) {
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {{}, {}});
      },
      EPROTO, "2 entries");
  const geoneuron_message header = {GEONEURON_MESSAGE_SUBMIT, 33, 0};
  std::vector<std::byte> bytes(GEONEURON_MESSAGE_BYTES);
  std::memcpy(bytes.data(), &header, sizeof header);
  expect_refused([&](RawClient& c) { c.send(bytes.data(), bytes.size()); }, EPROTO, "33 entries");
}

TEST_F(SocketRules, ItsLengthIsThatOfItsEntries) {
  const geoneuron_message header = {GEONEURON_MESSAGE_SUBMIT, 2, 0};
  std::vector<std::byte> bytes(sizeof header + sizeof(geoneuron_command));
  std::memcpy(bytes.data(), &header, sizeof header);
  expect_refused([&](RawClient& c) { c.send(bytes.data(), bytes.size()); }, EPROTO, "must have");
}

TEST_F(SocketRules, ItIsNotLongerThanAny) {
  const std::vector<std::byte> bytes(GEONEURON_MESSAGE_BYTES + 1);
  expect_refused([&](RawClient& c) { c.send(bytes.data(), bytes.size()); }, EPROTO, "longer");
}

TEST_F(SocketRules, FdsComeWithBuffersOnly) {
  const UniqueFd memory = sealed_memory(kSize);
  expect_refused(
      [&](RawClient& c) {
        c.send_entries<geoneuron_command>(GEONEURON_MESSAGE_SUBMIT, {nop()}, {memory.get()});
      },
      EPROTO, "1 fds");
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_socket_buffer>(GEONEURON_MESSAGE_BUFFER, {{1, 0, kSize}});
      },
      EPROTO, "0 fds");
  expect_refused(
      [&](RawClient& c) {
        c.send_entries<geoneuron_socket_buffer>(GEONEURON_MESSAGE_BUFFER, {{1, 0, kSize}},
                                                {memory.get(), memory.get()});
      },
      EPROTO, "2 fds");
}

TEST_F(SocketRules, ABufferHasAHandleOfItsOwn) {
  const UniqueFd memory = sealed_memory(kSize);
  expect_refused([&](RawClient& c) { c.announce(0, memory.get(), kSize); }, EINVAL, "handle");
  expect_refused(
      [&](RawClient& c) {
        c.announce(7, memory.get(), kSize);
        c.announce(7, memory.get(), kSize);
      },
      EEXIST, "in use");
}

TEST_F(SocketRules, ABuffersFlagsAreKnown) {
  expect_buffer_refused(sealed_memory(kSize), kSize, 2, EINVAL, "flags");
}

TEST_F(SocketRules, ABufferIsSealed) {
  for (const int missing : {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL})
    expect_buffer_refused(sealed_memory(kSize, kAllSeals & ~missing), kSize, 0, EINVAL, "sealed");
}

TEST_F(SocketRules, ABufferHasTheSizeAnnounced) {
  expect_buffer_refused(sealed_memory(kSize), kSize + 1, 0, EINVAL, "bytes");
  expect_buffer_refused(sealed_memory(kSize), kSize - 1, 0, EINVAL, "bytes");
  expect_buffer_refused(sealed_memory(0), 0, 0, EINVAL, "bytes");
}

TEST_F(SocketRules, ABufferIsAMemoryFile) {
  expect_buffer_refused(UniqueFd(open("/proc/self/status", O_RDONLY | O_CLOEXEC)), kSize, 0, EINVAL,
                        "memory file");
  std::ofstream(folder_ / "file") << std::string(kSize, 'x');
  const UniqueFd file(open((folder_ / "file").c_str(), O_RDWR | O_CLOEXEC));
  expect_refused([&](RawClient& c) { c.announce(1, file.get(), kSize); }, EINVAL, "must");
}

TEST_F(SocketRules, ABufferIsNotOfHugePages) {
  const UniqueFd memory(memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB));
  if (!memory || ftruncate(memory.get(), 2 << 20) != 0) GTEST_SKIP() << "no huge pages here";
  ASSERT_EQ(fcntl(memory.get(), F_ADD_SEALS, kAllSeals), 0);
  expect_buffer_refused(memory, 2 << 20, 0, EINVAL, "huge");
}

TEST_F(SocketRules, ABufferThatIsNotReadOnlyCanBeWritten) {
  const UniqueFd memory = sealed_memory(kSize);
  const std::string path = "/proc/self/fd/" + std::to_string(memory.get());
  const UniqueFd reader(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  expect_buffer_refused(reader, kSize, 0, EACCES, "cannot be written");
  expect_buffer_refused(sealed_memory(kSize, kAllSeals | F_SEAL_WRITE), kSize, 0, EACCES,
                        "sealed against writing");
  RawClient client = connect();
  client.announce(1, reader.get(), kSize, GEONEURON_IMPORT_READ_ONLY);
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(SocketRules, BuffersCountAtTheirFullSize) {
  expect_buffer_refused(sealed_memory(65537), 65537, 0, EDQUOT, "max_buffer_bytes");
  RawClient first = connect(), second = connect();
  first.announce(1, sealed_memory(60000).get(), 60000);
  ASSERT_EQ(first.call(nop()).result, 0);
  second.announce(1, sealed_memory(60000).get(), 60000);
  EXPECT_EQ(second.refusal().error, -EDQUOT) << "the user's, not the connection's";
  first.send_entries<geoneuron_destroy_buffer>(GEONEURON_MESSAGE_DESTROY, {{1, 0}});
  ASSERT_EQ(first.call(nop()).result, 0);
  RawClient third = connect();
  third.announce(1, sealed_memory(60000).get(), 60000);
  EXPECT_EQ(third.call(nop()).result, 0) << "what is given back may be taken";
}

TEST_F(SocketRules, BuffersAreCounted) {
  expect_refused(
      [](RawClient& c) {
        for (uint32_t handle = 1; handle <= 9; ++handle)
          c.announce(handle, sealed_memory(64).get(), 64);
      },
      EDQUOT, "max_buffers");
}

TEST_F(SocketRules, DestroyNamesABuffer) {
  expect_refused(
      [](RawClient& c) {
        c.send_entries<geoneuron_destroy_buffer>(GEONEURON_MESSAGE_DESTROY, {{5, 0}});
      },
      ENOENT, "handle 5");
  expect_refused(
      [](RawClient& c) {
        c.announce(5, sealed_memory(64).get(), 64);
        c.send_entries<geoneuron_destroy_buffer>(GEONEURON_MESSAGE_DESTROY, {{5, 1}});
      },
      EINVAL, "padding");
}

TEST_F(SocketRules, CancelsOutputsAreZero) {
  for (int field = 0; field < 4; ++field) {
    geoneuron_cancel ask = {};
    (field == 0   ? ask.flags
     : field == 1 ? ask.cancelled
     : field == 2 ? ask.requested
                  : ask.not_found) = 1;
    expect_refused(
        [&](RawClient& c) { c.send_entries<geoneuron_cancel>(GEONEURON_MESSAGE_CANCEL, {ask}); },
        EINVAL, "CANCEL");
  }
}

TEST_F(SocketRules, NoMoreCommandsThanCompletionEntries) {
  expect_refused(
      [](RawClient& c) {
        c.submit({nop(), nop(), nop(), nop(), nop()});
      },
      EPROTO, "completion_entries");
}

TEST_F(SocketRules, CreditsComeBackWithCompletions) {
  RawClient client = connect(4);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(client.submit({nop(), nop(), nop(), nop()}));
    ASSERT_EQ(client.completions(4).size(), 4u);
  }
}

}  // namespace
}  // namespace geoneuron::daemon
