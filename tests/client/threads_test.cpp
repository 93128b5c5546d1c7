// SPDX-License-Identifier: MIT
// One context, many threads.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

class Threads : public ClientTest {
 protected:
  Threads() {
    connect();
    server = std::thread([this] { daemon->serve(); });
  }
  ~Threads() override {
    geoneuron_disconnect(std::exchange(context, nullptr));
    server.join();
  }

  std::thread server;
};

TEST_F(Threads, EachRunGetsItsOwnCompletions) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> runners;
  for (uint64_t runner = 0; runner < 4; ++runner)
    runners.emplace_back([this, runner, &wrong] {
      for (uint64_t i = 0; i < 50; ++i) {
        geoneuron_command commands[2] = {nop(runner), nop(runner)};
        for (uint64_t k = 0; k < 2; ++k) commands[k].deadline_ns = runner * 1000 + 2 * i + k;
        geoneuron_completion answers[2];
        if (geoneuron_context_run(context, commands, 2, answers) != 0) ++wrong;
        for (int k = 0; k < 2; ++k)
          if (answers[k].value != commands[k].deadline_ns) ++wrong;
      }
    });
  for (auto& runner : runners) runner.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Threads, EveryCompletionIsReapedOnce) {
  constexpr uint64_t kCommands = 300;
  std::atomic<uint64_t> submitted = 0;
  std::atomic<uint64_t> reaped = 0;
  std::atomic<uint64_t> sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      for (uint64_t number = ++submitted; number <= kCommands; number = ++submitted)
        while (submit({nop(number)}) == -EAGAIN)
          std::this_thread::sleep_for(std::chrono::microseconds(100));
    });
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (reaped < kCommands) {
        geoneuron_context_wait(context, 1, 1'000'000);
        geoneuron_completion answers[4];
        const int count = geoneuron_context_reap(context, answers, 4);
        for (int k = 0; k < count; ++k) sum += answers[k].user_data;
        if (count > 0) reaped += static_cast<uint64_t>(count);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(reaped, kCommands);
  EXPECT_EQ(sum, kCommands * (kCommands + 1) / 2);
}

TEST_F(Threads, BuffersComeAndGoBesideRuns) {
  std::thread runner([this] {
    for (int i = 0; i < 50; ++i) {
      const geoneuron_command command = nop(1);
      EXPECT_EQ(geoneuron_context_run(context, &command, 1, nullptr), 0);
    }
  });
  for (int i = 0; i < 50; ++i) {
    geoneuron_buffer* buffer = nullptr;
    ASSERT_EQ(geoneuron_buffer_create(context, 4096, &buffer), 0);
    geoneuron_buffer_destroy(buffer);
  }
  runner.join();
}

TEST_F(Threads, ErrorsBelongToTheirThread) {
  EXPECT_EQ(geoneuron_context_cancel(context, 9, nullptr), -ENOENT);
  std::thread([] { EXPECT_STREQ(geoneuron_error(), ""); }).join();
  EXPECT_STRNE(geoneuron_error(), "");
}

}  // namespace
}  // namespace geoneuron
