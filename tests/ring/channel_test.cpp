// SPDX-License-Identifier: MIT
#include "ring/channel.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

namespace geoneuron::ring {
namespace {

using testing::HasSubstr;

UniqueFd duplicate(int fd) {
  return UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

Result<WorkerChannel> map_worker_end(const DaemonChannel& daemon) {
  return WorkerChannel::map(duplicate(daemon.memory_fd()),
                            duplicate(daemon.request_doorbell().fd()),
                            duplicate(daemon.reply_doorbell().fd()));
}

bool rings(const Doorbell& doorbell, int timeout_ms = 0) {
  pollfd entry{.fd = doorbell.fd(), .events = POLLIN, .revents = 0};
  return poll(&entry, 1, timeout_ms) == 1;
}

TEST(Channel, CarriesRequestsAndReplies) {
  DaemonChannel daemon = std::move(DaemonChannel::create()).value();
  WorkerChannel worker = std::move(map_worker_end(daemon)).value();
  Request request;
  request.job = 7;
  request.command.payload[287] = 9;
  ASSERT_TRUE(*daemon.requests().put(request));
  daemon.publish_requests();
  Request taken;
  ASSERT_TRUE(*worker.requests().take(taken));
  EXPECT_EQ(taken.job, 7u);
  EXPECT_EQ(taken.command.payload[287], 9);
  Reply reply;
  reply.job = 7;
  reply.result = -EIO;
  ASSERT_TRUE(*worker.replies().put(reply));
  worker.publish_replies();
  Reply answer;
  ASSERT_TRUE(*daemon.replies().take(answer));
  EXPECT_EQ(answer.result, -EIO);
}

TEST(Channel, RingsOnlyWhereTheOtherSideSleeps) {
  DaemonChannel daemon = std::move(DaemonChannel::create()).value();
  WorkerChannel worker = std::move(map_worker_end(daemon)).value();
  ASSERT_TRUE(*daemon.requests().put({}));
  daemon.publish_requests();
  EXPECT_FALSE(rings(worker.request_doorbell()));
  Request taken;
  ASSERT_TRUE(*worker.requests().take(taken));
  ASSERT_TRUE(*worker.requests().prepare_to_wait());
  ASSERT_TRUE(*daemon.requests().put({}));
  daemon.publish_requests();
  EXPECT_TRUE(rings(worker.request_doorbell()));
  worker.request_doorbell().clear();
  EXPECT_FALSE(rings(worker.request_doorbell()));
}

TEST(Channel, MapsNoMemoryOfAnotherSizeOrWithoutSeals) {
  const DaemonChannel daemon = std::move(DaemonChannel::create()).value();
  const auto map = [&](UniqueFd memory) {
    return WorkerChannel::map(std::move(memory), duplicate(daemon.request_doorbell().fd()),
                              duplicate(daemon.reply_doorbell().fd()));
  };
  const auto other_size = map(std::move(create_sealed_memfd("test", 4096)).value());
  EXPECT_THAT(other_size.error().message, HasSubstr("channel: has 4096 bytes"));
  UniqueFd unsealed(memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(ftruncate(unsealed.get(), sizeof(ChannelMemory)), 0);
  EXPECT_THAT(map(std::move(unsealed)).error().message, HasSubstr("channel: is not sealed"));
}

TEST(Channel, TakesNoDoorbellThatIsNoEventfd) {
  const DaemonChannel daemon = std::move(DaemonChannel::create()).value();
  int pipes[2];
  ASSERT_EQ(pipe2(pipes, O_NONBLOCK), 0);
  const UniqueFd in(pipes[0]);
  const auto mapped = WorkerChannel::map(duplicate(daemon.memory_fd()), UniqueFd(pipes[1]),
                                         duplicate(daemon.reply_doorbell().fd()));
  ASSERT_FALSE(mapped.has_value());
  EXPECT_THAT(mapped.error().message, HasSubstr("must be an eventfd"));
}

// A worker that was taken over: writes anything anywhere in the shared memory until it is killed.
[[noreturn]] void scribble(const DaemonChannel& daemon) {
  auto mapped =
      SealedMemory::map(daemon.memory_fd(), sizeof(ChannelMemory), Access::kReadWrite, "channel");
  auto& memory = *reinterpret_cast<ChannelMemory*>(mapped->bytes().data());
  std::minstd_rand random(1);
  for (;;) {
    const auto pick = static_cast<uint32_t>(random());
    std::atomic_ref(memory.replies.tail).store(pick % 600, std::memory_order_release);
    std::atomic_ref(memory.replies.head).store(pick, std::memory_order_relaxed);
    std::atomic_ref(memory.requests.head).store(pick % 300, std::memory_order_relaxed);
    std::atomic_ref(memory.requests.tail).store(pick, std::memory_order_relaxed);
    std::atomic_ref(memory.replies.waiting).store(pick, std::memory_order_relaxed);
    memory.replies.slots[pick % kReplyEntries].words[0] = pick;
    daemon.reply_doorbell().ring();
  }
}

// Takes and puts against the scribbler until it is found out, which is a matter of chance.
bool is_found_out(DaemonChannel& daemon) {
  for (int i = 0; i < 1000000; ++i) {
    Reply reply;
    const auto taken = daemon.replies().take(reply);
    daemon.replies().give_back();
    const auto put = daemon.requests().put({});
    daemon.publish_requests();
    if (!taken.has_value() || !put.has_value()) {
      EXPECT_EQ((taken.has_value() ? put.error() : taken.error()).code, EPROTO);
      return true;
    }
  }
  return false;
}

TEST(Channel, DeclaresAPeerBrokenThatScribblesOverTheSharedMemory) {
  for (int round = 0; round < 5; ++round) {
    DaemonChannel daemon = std::move(DaemonChannel::create()).value();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) scribble(daemon);
    EXPECT_TRUE(rings(daemon.reply_doorbell(), 60000));
    EXPECT_TRUE(is_found_out(daemon));
    kill(child, SIGKILL);
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
  }
}

}  // namespace
}  // namespace geoneuron::ring
