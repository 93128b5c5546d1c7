// SPDX-License-Identifier: MIT
#include "client/fake_daemon.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace geoneuron {
namespace {

constexpr int kPatienceMs = 30'000;
constexpr size_t kMaximumFds = 4;

bool is_readable(const UniqueFd& fd, int milliseconds) {
  pollfd entry{fd.get(), POLLIN, 0};
  return poll(&entry, 1, milliseconds) > 0;
}

template <typename Entry>
std::span<const std::byte> bytes_of(const Entry& entry) {
  return std::as_bytes(std::span(&entry, 1));
}

UniqueFd first_fd(msghdr& header) {
  cmsghdr* part = CMSG_FIRSTHDR(&header);
  int fd = -1;
  if (part != nullptr) std::memcpy(&fd, CMSG_DATA(part), sizeof(fd));
  return UniqueFd(fd);
}

}  // namespace

FakeDaemon::FakeDaemon(const std::string& path)
    : listener_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  unlink(path.c_str());
  EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(listener_.get(), 16), 0);
}

FakeDaemon::FakeDaemon(UniqueFd connection) : connection_(std::move(connection)) {}

bool FakeDaemon::has_connection_waiting() const {
  return is_readable(listener_, 0);
}

geoneuron_hello FakeDaemon::accept() {
  if (listener_) {
    EXPECT_TRUE(is_readable(listener_, kPatienceMs)) << "no client connects";
    connection_ = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  return receive_kind(GEONEURON_MESSAGE_HELLO).entry<geoneuron_hello>();
}

void FakeDaemon::welcome(const geoneuron_info& info) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  fence_reader_ = UniqueFd(ends[0]);
  fence_writer_ = UniqueFd(ends[1]);
  const geoneuron_welcome entry{info, static_cast<uint64_t>(getpid())};
  send(GEONEURON_MESSAGE_WELCOME, bytes_of(entry), 1, fence_reader_.get());
}

void FakeDaemon::refuse(int error, const std::string& sentence) {
  geoneuron_refusal refusal{};
  refusal.error = error;
  sentence.copy(refusal.sentence, sizeof(refusal.sentence) - 1);
  send(GEONEURON_MESSAGE_REFUSED, bytes_of(refusal));
}

std::optional<ClientMessage> FakeDaemon::receive() {
  if (!is_readable(connection_, kPatienceMs)) {
    ADD_FAILURE() << "the client sends nothing";
    return std::nullopt;
  }
  std::vector<std::byte> bytes(GEONEURON_MESSAGE_BYTES + 1);
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  const ssize_t length = recvmsg(connection_.get(), &header, MSG_CMSG_CLOEXEC);
  if (length <= 0) return std::nullopt;
  ClientMessage message;
  std::memcpy(&message.header, bytes.data(), sizeof(message.header));
  EXPECT_LE(length, GEONEURON_MESSAGE_BYTES);
  EXPECT_EQ(message.header.padding, 0U);
  EXPECT_GE(message.header.count, 1U);
  message.entries.assign(bytes.begin() + sizeof(message.header), bytes.begin() + length);
  message.fd = first_fd(header);
  return message;
}

ClientMessage FakeDaemon::receive_kind(uint16_t kind) {
  while (auto message = receive()) {
    if (message->header.kind == kind) return std::move(*message);
    others_.push_back(std::move(*message));
  }
  ADD_FAILURE() << "no message of kind " << kind << " comes";
  ClientMessage none;
  none.entries.resize(GEONEURON_MESSAGE_BYTES);
  return none;
}

std::vector<geoneuron_command> FakeDaemon::receive_commands(size_t count) {
  std::vector<geoneuron_command> commands;
  while (commands.size() < count && !testing::Test::HasFailure()) {
    const ClientMessage message = receive_kind(GEONEURON_MESSAGE_SUBMIT);
    for (size_t i = 0; i < message.header.count; ++i)
      commands.push_back(message.entry<geoneuron_command>(i));
  }
  commands.resize(count);
  return commands;
}

bool FakeDaemon::is_quiet() const {
  return !is_readable(connection_, 0);
}

void FakeDaemon::complete(const geoneuron_command& command, int result, uint64_t value) {
  const geoneuron_completion completion{command.user_data, result, 0, value, next_id_++};
  send(GEONEURON_MESSAGE_COMPLETIONS, bytes_of(completion));
}

void FakeDaemon::answer_cancel(const geoneuron_cancel& cancel, uint32_t cancelled,
                               uint32_t requested) {
  const geoneuron_cancel answer{cancel.user_data, 0, cancelled, requested,
                                cancelled + requested == 0 ? 1U : 0U};
  send(GEONEURON_MESSAGE_CANCELLED, bytes_of(answer));
}

void FakeDaemon::send(uint16_t kind, std::span<const std::byte> entries, uint16_t count, int fd) {
  const geoneuron_message header{kind, count, 0};
  std::vector<std::byte> message(sizeof(header));
  std::memcpy(message.data(), &header, sizeof(header));
  message.insert(message.end(), entries.begin(), entries.end());
  send_bytes(message, fd >= 0 ? std::span<const int>(&fd, 1) : std::span<const int>());
}

void FakeDaemon::send_bytes(std::span<const std::byte> message, std::span<const int> fds) {
  iovec part{const_cast<std::byte*>(message.data()), message.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaximumFds * sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(entry), fds.data(), fds.size_bytes());
  }
  // A client that has gone is the business of whoever reads next.
  const bool is_sent = sendmsg(connection_.get(), &header, MSG_NOSIGNAL) >= 0;
  EXPECT_TRUE(is_sent || errno == EPIPE) << std::strerror(errno);
}

void FakeDaemon::serve() {
  while (auto message = receive()) {
    for (size_t i = 0;
         message->header.kind == GEONEURON_MESSAGE_SUBMIT && i < message->header.count; ++i) {
      const auto command = message->entry<geoneuron_command>(i);
      complete(command, 0, command.deadline_ns);
    }
    if (message->header.kind == GEONEURON_MESSAGE_CANCEL)
      answer_cancel(message->entry<geoneuron_cancel>(), 0, 0);
  }
}

void FakeDaemon::crash() {
  connection_.reset();
  listener_.reset();
}

}  // namespace geoneuron
