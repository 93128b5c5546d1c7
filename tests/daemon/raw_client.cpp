// SPDX-License-Identifier: MIT
#include "daemon/raw_client.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace geoneuron::daemon {
namespace {

constexpr int kPatienceMs = 60'000;

static_assert(kAllSeals == (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW));

}  // namespace

RawClient::RawClient(const std::string& path)
    : socket_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path.c_str());
  if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    socket_.reset();
}

geoneuron_welcome RawClient::hello(uint32_t completion_entries) {
  send_entries<geoneuron_hello>(GEONEURON_MESSAGE_HELLO,
                                {{GEONEURON_SOCKET_VERSION, completion_entries, 0}});
  ReceivedMessage message = receive();
  EXPECT_EQ(message.kind, GEONEURON_MESSAGE_WELCOME);
  fence_ = std::move(message.fd);
  return message.entry<geoneuron_welcome>();
}

bool RawClient::send(const void* bytes, size_t size, const std::vector<int>& fds) {
  iovec vector = {const_cast<void*>(bytes), size};
  msghdr header = {};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  std::vector<std::byte> control(CMSG_SPACE(fds.size() * sizeof(int)));
  if (!fds.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  }
  return sendmsg(socket_.get(), &header, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

ReceivedMessage RawClient::receive() {
  ReceivedMessage message;
  pollfd wait = {.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (poll(&wait, 1, kPatienceMs) != 1) {
    ADD_FAILURE() << "nothing came within a minute";
    return message;
  }
  std::vector<std::byte> bytes(GEONEURON_MESSAGE_BYTES);
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))];
  iovec vector = {bytes.data(), bytes.size()};
  msghdr header = {};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
  if (size < static_cast<ssize_t>(sizeof(geoneuron_message))) return message;
  geoneuron_message head;
  std::memcpy(&head, bytes.data(), sizeof head);
  message.kind = head.kind;
  message.count = head.count;
  message.entries.assign(bytes.begin() + sizeof head, bytes.begin() + size);
  if (const cmsghdr* rights = CMSG_FIRSTHDR(&header)) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    message.fd = UniqueFd(fd);
  }
  return message;
}

std::vector<geoneuron_completion> RawClient::completions(size_t count) {
  std::vector<geoneuron_completion> all;
  while (all.size() < count) {
    const ReceivedMessage message = receive();
    if (message.kind != GEONEURON_MESSAGE_COMPLETIONS) {
      ADD_FAILURE() << "kind " << message.kind
                    << " came: " << message.entry<geoneuron_refusal>().sentence;
      break;
    }
    for (size_t i = 0; i < message.count; ++i)
      all.push_back(message.entry<geoneuron_completion>(i));
  }
  return all;
}

geoneuron_completion RawClient::call(const geoneuron_command& command) {
  EXPECT_TRUE(submit({command}));
  const auto all = completions(1);
  return all.empty() ? geoneuron_completion{} : all[0];
}

geoneuron_refusal RawClient::refusal() {
  const ReceivedMessage message = receive();
  EXPECT_EQ(message.kind, GEONEURON_MESSAGE_REFUSED);
  EXPECT_EQ(receive().kind, 0) << "the connection must end";
  return message.entry<geoneuron_refusal>();
}

geoneuron_command nop(uint64_t user_data) {
  geoneuron_command command = {};
  command.opcode = GEONEURON_NOP;
  command.priority_class = GEONEURON_CLASS_NORMAL;
  command.user_data = user_data;
  return command;
}

namespace {

geoneuron_command with_request(uint16_t opcode, const geoneuron_request& request) {
  geoneuron_command command = nop();
  command.opcode = opcode;
  command.payload_bytes = sizeof request;
  std::memcpy(command.payload, &request, sizeof request);
  return command;
}

geoneuron_request empty_request() {
  geoneuron_request request = {};
  request.text_slot = request.report_slot = GEONEURON_NO_SLOT;
  return request;
}

}  // namespace

geoneuron_command act(fakes::FakeAct what, uint64_t user_data) {
  geoneuron_request request = empty_request();
  request.object = static_cast<uint64_t>(what);
  geoneuron_command command = with_request(GEONEURON_RELEASE, request);
  command.user_data = user_data;
  return command;
}

geoneuron_command linked(geoneuron_command command) {
  command.flags |= GEONEURON_COMMAND_LINK;
  return command;
}

geoneuron_command query(const std::string& text, geoneuron_buffer_use report) {
  geoneuron_request request = empty_request();
  request.report_slot = 0;
  request.text_bytes = static_cast<uint16_t>(text.size());
  std::memcpy(request.text, text.data(), text.size());
  geoneuron_command command = with_request(GEONEURON_QUERY, request);
  command.buffer_count = 1;
  command.buffers[0] = report;
  return command;
}

UniqueFd sealed_memory(uint64_t size, int seals) {
  UniqueFd fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  EXPECT_EQ(fcntl(fd.get(), F_ADD_SEALS, seals), 0);
  return fd;
}

std::string text_of(int fd, size_t bytes) {
  std::string text(bytes, '\0');
  EXPECT_EQ(pread(fd, text.data(), bytes, 0), static_cast<ssize_t>(bytes));
  return text;
}

}  // namespace geoneuron::daemon
