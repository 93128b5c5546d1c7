// SPDX-License-Identifier: MIT
#include "ring/control_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "ring/protocol.hpp"

namespace geoneuron::ring {
namespace {

struct ControlSocket : testing::Test {
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    here = UniqueFd(ends[0]);
    there = UniqueFd(ends[1]);
  }
  // Sends one byte with as many duplicates of standard input.
  void send_fds(size_t count) {
    char byte = 1;
    iovec part{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memset(CMSG_DATA(rights), 0, count * sizeof(int));
    ASSERT_EQ(sendmsg(here.get(), &header, 0), 1);
  }
  // The fd that would be opened next: the same before and after where none leaked.
  static int next_fd() { return UniqueFd(dup(STDERR_FILENO)).get(); }

  UniqueFd here, there;
};

TEST_F(ControlSocket, CarriesAMessageWithoutAnFd) {
  ASSERT_TRUE(send_message(here.get(), BufferMessage{.id = 5, .size_bytes = 4096}).has_value());
  BufferMessage message;
  UniqueFd fd;
  ASSERT_TRUE(*receive_message(there.get(), message, fd));
  EXPECT_EQ(message.id, 5u);
  EXPECT_EQ(message.size_bytes, 4096u);
  EXPECT_FALSE(fd);
}

TEST_F(ControlSocket, CarriesAnFdThatIsClosedOnExec) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const UniqueFd in(pipes[0]), out(pipes[1]);
  ASSERT_TRUE(send_message(here.get(), BufferMessage{}, out.get()).has_value());
  BufferMessage message;
  UniqueFd fd;
  ASSERT_TRUE(*receive_message(there.get(), message, fd));
  ASSERT_TRUE(fd);
  EXPECT_NE(fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_EQ(write(fd.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(in.get(), &byte, 1), 1);
}

TEST_F(ControlSocket, SaysWhenNothingWaitsAndWhenThePeerIsGone) {
  BufferMessage message;
  UniqueFd fd;
  EXPECT_EQ(receive_message(there.get(), message, fd).error().code, EAGAIN);
  here.reset();
  EXPECT_FALSE(*receive_message(there.get(), message, fd));
  EXPECT_EQ(send_message(there.get(), message).error().code, EPIPE);
}

TEST_F(ControlSocket, NeverWaitsToSend) {
  Result<void> sent;
  for (int i = 0; i < 100000 && sent.has_value(); ++i) sent = send_message(here.get(), Reply{});
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, EAGAIN);
}

TEST_F(ControlSocket, RefusesMessagesOfAnotherSize) {
  BufferMessage message;
  UniqueFd fd;
  ASSERT_TRUE(send_message(here.get(), Reply{}).has_value());
  EXPECT_EQ(receive_message(there.get(), message, fd).error().code, EPROTO);
  ASSERT_TRUE(send_message(here.get(), uint32_t{1}).has_value());
  const auto received = receive_message(there.get(), message, fd);
  EXPECT_EQ(received.error().message, "message: has 4 bytes; must have 24");
}

TEST_F(ControlSocket, ClosesAllFdsOfAMessageWithMoreThanOne) {
  const int before = next_fd();
  for (const size_t count : {2, 16}) {
    send_fds(count);
    std::byte byte{};
    EXPECT_EQ(receive_bytes(there.get(), std::span(&byte, 1)).error().code, EPROTO);
  }
  EXPECT_EQ(next_fd(), before);
}

}  // namespace
}  // namespace geoneuron::ring
