// SPDX-License-Identifier: MIT
// The program under a daemon that a test plays: what goes wrong, and what that does to others.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/file.hpp"
#include "worker/fake_daemon.hpp"

namespace geoneuron::worker {
namespace {

using testing::HasSubstr;

constexpr const char* kHeatmap =
    R"({"view":"activation_map","pixels":1,"select":["m"],"parameters":{"page":"off","scale":1},)"
    R"("tensors":{"m":{"slot":0,"type":"float32","shape":[1,1,16,16]}}})";
constexpr uint64_t kMapBytes = 16 * 16 * 4;

struct WorkerFaults : testing::Test {
  FakeDaemon daemon;
  uint64_t elements = daemon.share(kMapBytes), pixels = daemon.share(kMapBytes);

  ring::Request heatmap() {
    return daemon.request(GEONEURON_RENDER, {.text = kHeatmap}, {reads(elements), writes(pixels)});
  }
  void expect_refused(const ring::Request& request, int result, const char* reason) {
    const auto reply = daemon.run(request);
    EXPECT_EQ(reply.result, result);
    EXPECT_THAT(reply.reason, HasSubstr(reason));
  }
  void expect_to_serve() { EXPECT_EQ(daemon.run(heatmap()).result, 0); }
};

TEST_F(WorkerFaults, RefusesCommandsThatBreakTheContract) {
  ring::Request request = heatmap();
  request.command.opcode = 6;
  expect_refused(request, -EINVAL, "opcode 6");
  request = heatmap();
  request.command.payload_bytes = 287;
  expect_refused(request, -EINVAL, "payload: has 287 bytes");
  request = heatmap();
  request.command.payload[287] = 1;
  expect_refused(request, -EINVAL, "after the text");
  request = heatmap();
  request.command.buffer_count = 9;
  expect_refused(request, -EINVAL, "names 9 buffers");
  request = daemon.request(GEONEURON_RENDER, {.object = 3, .text = kHeatmap},
                           {reads(elements), writes(pixels)});
  expect_refused(request, -EINVAL, "object must be 0");
  request = daemon.request(GEONEURON_LOAD_MODEL, {}, {reads(elements)});
  expect_refused(request, -EINVAL, "object must not be 0");
  request = daemon.request(GEONEURON_NOP, {}, {reads(elements)});
  expect_refused(request, -EINVAL, "NOP");
  expect_to_serve();
}

TEST_F(WorkerFaults, RefusesSlotsThatDoNotLieInTheirBuffers) {
  ring::Request request = heatmap();
  request.command.buffers[0].offset = 1;
  expect_refused(request, -EINVAL, "must lie inside the buffer's 1024");
  request.command.buffers[0] = {0, GEONEURON_ACCESS_READ, UINT64_MAX, 2};
  expect_refused(daemon.request(GEONEURON_NOP, {}, {}), 0, "");
  request.job = 1000;
  expect_refused(request, -EINVAL, "must lie inside");
  request = heatmap();
  request.buffer_ids[1] = 12345;
  expect_refused(request, -EINVAL, "buffer 12345");
  request = heatmap();
  request.command.buffers[1].access = GEONEURON_ACCESS_READ;
  expect_refused(request, -EINVAL, "slot 1: must be one that the command may write");
  request = heatmap();
  request.command.buffers[0].length = kMapBytes - 4;
  expect_refused(request, -EINVAL, "which has 1020");
  expect_to_serve();
}

TEST_F(WorkerFaults, TellsHowLongASlotWouldHaveToBe) {
  ring::Request request = heatmap();
  request.command.buffers[1].length = kMapBytes - 1;
  const auto reply = daemon.run(request);
  EXPECT_EQ(reply.result, -ENOSPC);
  EXPECT_EQ(reply.value, uint64_t{16} << 32 | 16);
  EXPECT_THAT(reply.reason, HasSubstr("1024 are needed"));
}

TEST_F(WorkerFaults, RefusesMemoryThatItsClientCouldShrink) {
  const UniqueFd unsealed(memfd_create("client", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(unsealed.get(), kMapBytes), 0);
  elements = daemon.share_fd(unsealed.get(), kMapBytes, true);
  expect_refused(heatmap(), -EINVAL, "is not sealed");
  const UniqueFd sealed = std::move(ring::create_sealed_memfd("client", kMapBytes)).value();
  elements = daemon.share_fd(sealed.get(), 2 * kMapBytes, true);
  expect_refused(heatmap(), -EINVAL, "must have 2048");
}

TEST_F(WorkerFaults, DoesNotWriteWhatMayOnlyBeRead) {
  elements = daemon.share(kMapBytes, false);
  expect_to_serve();
  pixels = elements;
  expect_refused(heatmap(), -EACCES, "may only be read");
}

TEST_F(WorkerFaults, DropsBuffersThatAreGone) {
  ring::Request gone;
  gone.kind = ring::RequestKind::kBufferGone;
  gone.buffer_ids[0] = elements;
  daemon.put(gone);
  expect_refused(heatmap(), -EINVAL, "is not known here");
}

TEST_F(WorkerFaults, EndsAChainAtItsFirstFailureAndNothingElse) {
  ring::Request chain[] = {heatmap(), heatmap(), heatmap(), heatmap()};
  chain[1].command.opcode = 99;
  for (size_t i = 0; i < 4; ++i) chain[i].flags = ring::kBatchMore | (i < 3 ? ring::kChainMore : 0);
  for (const ring::Request& request : chain) daemon.put(request);
  const ring::Request after = heatmap();
  daemon.put(after);
  daemon.publish();
  std::map<uint64_t, int> results;
  for (int i = 0; i < 5; ++i) {
    const auto reply = daemon.next_reply();
    ASSERT_TRUE(reply.has_value());
    results[reply->job] = reply->result;
  }
  EXPECT_EQ(results[chain[0].job], 0);
  EXPECT_EQ(results[chain[1].job], -EINVAL);
  EXPECT_EQ(results[chain[2].job], -ECANCELED);
  EXPECT_EQ(results[chain[3].job], -ECANCELED);
  EXPECT_EQ(results[after.job], 0);
}

TEST_F(WorkerFaults, CancelsWhatHasNotBegunAndDropsWhatIsLate) {
  const ring::Request job = heatmap();
  ring::Request cancel;
  cancel.kind = ring::RequestKind::kCancel;
  cancel.job = job.job;
  daemon.put(cancel);  // before the job, so that the outcome is certain
  expect_refused(job, -ECANCELED, "cancelled");
  ring::Request late = heatmap();
  late.command.deadline_ns = 1;
  EXPECT_EQ(daemon.run(late).result, 0);  // late, but wanted
  late = heatmap();
  late.command.deadline_ns = 1;
  geoneuron_request payload;
  std::memcpy(&payload, late.command.payload, sizeof payload);
  payload.flags = GEONEURON_REQUEST_DROP_LATE;
  std::memcpy(late.command.payload, &payload, sizeof payload);
  expect_refused(late, -ETIME, "deadline");
}

TEST_F(WorkerFaults, SurvivesModelsThatAreNone) {
  const auto digits = std::move(read_file(GEONEURON_DIGITS, 1 << 24)).value();
  const uint64_t model = daemon.share(digits);
  std::minstd_rand random(7);
  size_t refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::memcpy(daemon.memory(model).data(), digits.data(), digits.size());
    // In the first part lies the structure, behind it numbers that may be anything.
    for (int flip = 0; flip < 4; ++flip)
      daemon.memory(model)[random() % std::min<size_t>(digits.size(), 4000)] ^=
          static_cast<std::byte>(1u << random() % 8);
    const auto reply = daemon.run(GEONEURON_LOAD_MODEL, {.object = 7}, {reads(model)});
    if (reply.result == 0) continue;
    ++refused;
    EXPECT_NE(std::string(reply.reason), "");
  }
  EXPECT_GT(refused, 50u);
  expect_to_serve();
}

TEST_F(WorkerFaults, DoesNotMindInputsThatChangeWhileTheyAreRead) {
  const auto digits = std::move(read_file(GEONEURON_DIGITS, 1 << 24)).value();
  const uint64_t model = daemon.share(digits);
  std::atomic<bool> stop{false};
  std::thread scribbler([&] {
    std::minstd_rand random(3);
    auto words = reinterpret_cast<volatile uint32_t*>(daemon.memory(elements).data());
    volatile std::byte* bytes = daemon.memory(model).data();
    while (!stop) {
      words[random() % (kMapBytes / 4)] = static_cast<uint32_t>(random() * 2);
      const size_t at = random() % 4000;
      bytes[at] = bytes[at] ^ std::byte{4};
    }
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(daemon.run(heatmap()).result, 0);
    const auto reply = daemon.run(GEONEURON_LOAD_MODEL, {.object = 7}, {reads(model)});
    EXPECT_NE(reply.job, 0u);
  }
  stop = true;
  scribbler.join();
  expect_to_serve();
}

TEST_F(WorkerFaults, AnswersEveryJobBeforeItEnds) {
  for (int i = 0; i < 50; ++i) daemon.put(heatmap());
  ring::Request stop;
  stop.kind = ring::RequestKind::kStop;
  daemon.put(stop);
  daemon.publish();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(daemon.next_reply().has_value());
  EXPECT_EQ(daemon.wait_for_exit(), 0);
}

TEST_F(WorkerFaults, EndsWhenTheDaemonsIndexIsImpossible) {
  const auto memory =
      ring::SealedMemory::map(daemon.channel().memory_fd(), sizeof(ring::ChannelMemory),
                              ring::Access::kReadWrite, "channel");
  ASSERT_TRUE(memory.has_value());
  reinterpret_cast<ring::ChannelMemory*>(memory->bytes().data())->requests.tail = 100000;
  daemon.channel().request_doorbell().ring();
  const int status = daemon.wait_for_exit();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
}

TEST_F(WorkerFaults, LocksAllItsThreadsIn) {
  expect_to_serve();  // all threads run by then
  size_t threads = 0;
  const std::string tasks = "/proc/" + std::to_string(daemon.pid()) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream status(task.path() / "status");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    EXPECT_THAT(text, HasSubstr("Seccomp:\t2"));
    EXPECT_THAT(text, HasSubstr("NoNewPrivs:\t1"));
    ++threads;
  }
  EXPECT_GE(threads, 3u);
}

TEST(WorkerStart, SaysWhyItCannotServe) {
  FakeDaemon daemon("toaster");
  EXPECT_EQ(daemon.ready().error, -EINVAL);
  EXPECT_THAT(daemon.ready().sentence, HasSubstr("toaster"));
  const int status = daemon.wait_for_exit();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
}

TEST(WorkerStart, KeepsNoMoreThanItsBudget) {
  FakeDaemon daemon("cpu", {"--budget", "65536"});
  const auto digits = std::move(read_file(GEONEURON_DIGITS, 1 << 24)).value();
  const auto reply = daemon.run(GEONEURON_LOAD_MODEL, {.object = 7}, {reads(daemon.share(digits))});
  EXPECT_EQ(reply.result, -ENOMEM);
  EXPECT_THAT(reply.reason, HasSubstr("at most 16384 may stay here"));
}

// Ends when the last holder of the pipe has ended.
void expect_end_of_file(int fd) {
  char byte = 0;
  EXPECT_EQ(read(fd, &byte, 1), 0);
}

TEST(WorkerEnd, ComesWithTheDaemonsDeath) {
  int ends[2], held[2];  // the worker inherits held[1], which is not closed on exec
  ASSERT_EQ(pipe(held), 0);
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(held[0]);
    FakeDaemon daemon;
    (void)!write(ends[1], "x", 1);
    for (;;) pause();
  }
  close(held[1]);
  char byte = 0;
  ASSERT_EQ(read(ends[0], &byte, 1), 1);
  kill(parent, SIGKILL);
  EXPECT_EQ(waitpid(parent, nullptr, 0), parent);
  expect_end_of_file(held[0]);
  for (const int fd : {held[0], ends[0], ends[1]}) close(fd);
}

}  // namespace
}  // namespace geoneuron::worker
