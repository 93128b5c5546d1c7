// SPDX-License-Identifier: MIT
#include "worker/fake_daemon.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "ring/control_socket.hpp"

namespace geoneuron::worker {
namespace {

constexpr int kPatienceMs = 60000;  // machines are slow at times; nothing is measured by it

bool becomes_readable(std::vector<pollfd> entries) {
  return poll(entries.data(), entries.size(), kPatienceMs) > 0;
}

// In the child: puts each fd where the worker looks for it.
void place_fds(std::span<const int> fds) {
  std::vector<int> copies;
  for (const int fd : fds) copies.push_back(fcntl(fd, F_DUPFD, 64));
  int target = ring::kControlFd;
  for (const int copy : copies) {
    dup2(copy, target++);
    close(copy);
  }
}

}  // namespace

UniqueFd reopened_for_reading(int fd) {
  return UniqueFd(open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_RDONLY | O_CLOEXEC));
}

FakeDaemon::FakeDaemon(const std::string& device, const std::vector<std::string>& more_arguments) {
  channel_.emplace(std::move(ring::DaemonChannel::create()).value());
  int control[2], fence[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
  EXPECT_EQ(pipe2(fence, O_CLOEXEC), 0);
  control_ = UniqueFd(control[0]);
  fence_ = UniqueFd(fence[0]);
  const UniqueFd control_end(control[1]), fence_end(fence[1]);
  start(device, more_arguments, control_end.get(), fence_end.get());
  UniqueFd none;
  EXPECT_TRUE(becomes_readable({{control_.get(), POLLIN, 0}}));
  const auto received = ring::receive_message(control_.get(), ready_, none);
  EXPECT_TRUE(received.has_value() && *received) << "the worker ended without a word";
}

void FakeDaemon::start(const std::string& device, const std::vector<std::string>& more_arguments,
                       int control, int fence) {
  std::vector<std::string> texts{GEONEURON_WORKER, "--device", device};
  texts.insert(texts.end(), more_arguments.begin(), more_arguments.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const int fds[] = {control, channel_->memory_fd(), channel_->request_doorbell().fd(),
                     channel_->reply_doorbell().fd(), fence};
  pid_ = fork();
  ASSERT_GE(pid_, 0);
  if (pid_ != 0) return;
  place_fds(fds);
  execv(arguments[0], arguments.data());
  _exit(127);
}

FakeDaemon::~FakeDaemon() {
  if (pid_ < 0) return;
  ring::Request stop;
  stop.kind = ring::RequestKind::kStop;
  if (channel_->requests().put(stop).has_value()) publish();
  // The fence closes when the worker is gone; a hang would otherwise end in the test's time limit.
  if (!becomes_readable({{fence_.get(), POLLIN, 0}})) kill(pid_, SIGKILL);
  wait_for_exit();
}

int FakeDaemon::wait_for_exit() {
  int status = -1;
  EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  pid_ = -1;
  return status;
}

uint64_t FakeDaemon::share(uint64_t size_bytes, bool writable) {
  const UniqueFd fd = std::move(ring::create_sealed_memfd("client", size_bytes)).value();
  const uint64_t id = writable ? share_fd(fd.get(), size_bytes, true)
                               : share_fd(reopened_for_reading(fd.get()).get(), size_bytes, false);
  memories_[id] =
      std::move(ring::SealedMemory::map(fd.get(), size_bytes, ring::Access::kReadWrite, "client"))
          .value();
  return id;
}

uint64_t FakeDaemon::share(std::span<const std::byte> bytes) {
  const uint64_t id = share(bytes.size());
  std::memcpy(memory(id).data(), bytes.data(), bytes.size());
  return id;
}

uint64_t FakeDaemon::share_fd(int fd, uint64_t size_bytes, bool writable, ring::BufferKind kind) {
  ring::BufferMessage message;
  message.id = ++buffers_;
  message.size_bytes = size_bytes;
  message.writable = writable ? 1 : 0;
  message.kind = kind;
  EXPECT_TRUE(ring::send_message(control_.get(), message, fd).has_value());
  return message.id;
}

ring::Request FakeDaemon::request(uint16_t opcode, const Words& words, const std::vector<Use>& uses,
                                  uint64_t context) {
  ring::Request request;
  request.job = ++jobs_;
  request.context = context;
  request.command.opcode = opcode;
  request.command.buffer_count = static_cast<uint8_t>(uses.size());
  for (size_t i = 0; i < uses.size(); ++i) {
    request.buffer_ids[i] = uses[i].buffer;
    const auto known = memories_.find(uses[i].buffer);
    const uint64_t size = known == memories_.end() ? 1 : known->second.bytes().size();
    request.command.buffers[i] = {static_cast<uint32_t>(uses[i].buffer), uses[i].access, 0, size};
  }
  if (opcode == GEONEURON_NOP) return request;
  geoneuron_request payload{};
  payload.object = words.object;
  payload.source = words.source;
  payload.text_slot = GEONEURON_NO_SLOT;
  payload.report_slot = words.report_slot;
  payload.text_bytes = static_cast<uint16_t>(words.text.size());
  EXPECT_LE(words.text.size(), sizeof payload.text);
  std::memcpy(payload.text, words.text.data(), std::min(words.text.size(), sizeof payload.text));
  std::memcpy(request.command.payload, &payload, sizeof payload);
  request.command.payload_bytes = sizeof payload;
  return request;
}

void FakeDaemon::put(const ring::Request& request) {
  const auto put = channel_->requests().put(request);
  ASSERT_TRUE(put.has_value() && *put);
}

std::optional<ring::Reply> FakeDaemon::next_reply() {
  ring::Reply reply;
  for (;;) {
    const auto taken = channel_->replies().take(reply);
    channel_->replies().give_back();
    if (!taken.has_value()) return std::nullopt;
    if (*taken) return reply;
    const auto sleeps = channel_->replies().prepare_to_wait();
    if (!sleeps.has_value()) return std::nullopt;
    if (!*sleeps) continue;
    std::vector<pollfd> entries{{channel_->reply_doorbell().fd(), POLLIN, 0},
                                {fence_.get(), POLLIN, 0}};
    if (poll(entries.data(), entries.size(), kPatienceMs) <= 0) return std::nullopt;
    if (entries[0].revents == 0) return std::nullopt;
    channel_->reply_doorbell().clear();
  }
}

ring::Reply FakeDaemon::run(const ring::Request& request) {
  put(request);
  publish();
  const auto reply = next_reply();
  EXPECT_TRUE(reply.has_value()) << "no reply came";
  EXPECT_EQ(reply.value_or(ring::Reply{}).job, request.job);
  return reply.value_or(ring::Reply{});
}

}  // namespace geoneuron::worker
