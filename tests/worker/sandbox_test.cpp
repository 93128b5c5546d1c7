// SPDX-License-Identifier: MIT
#include "worker/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace geoneuron::worker {
namespace {

// The exit status of a child that locks itself in and then runs `body`; 100 where it could not.
int locked_in(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(lock_in({}) ? body() : 100);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_refused(long result) {
  return result == -1 && errno == EPERM;
}

TEST(Sandbox, RefusesTheNetwork) {
  EXPECT_EQ(locked_in([] {
              const sockaddr_in address{};
              const auto* name = reinterpret_cast<const sockaddr*>(&address);
              for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK})
                if (!is_refused(socket(family, SOCK_STREAM, 0))) return 1;
              if (!is_refused(connect(0, name, sizeof address))) return 2;
              if (!is_refused(sendto(0, "x", 1, 0, name, sizeof address))) return 3;
              return 0;
            }),
            0);
}

TEST(Sandbox, RefusesFilesProgramsAndProcesses) {
  EXPECT_EQ(locked_in([] {
              char* const none[] = {nullptr};
              if (!is_refused(open("/etc/passwd", O_RDONLY))) return 1;
              if (!is_refused(execve("/bin/true", none, none))) return 2;
              if (!is_refused(fork())) return 3;
              if (!is_refused(unlink("/tmp/nothing"))) return 4;
              if (!is_refused(kill(getppid(), 0))) return 5;
              return 0;
            }),
            0);
}

TEST(Sandbox, LeavesMemoryAndThreads) {
  EXPECT_EQ(locked_in([] {
              int done = 0;
              std::thread([&] { done = 1; }).join();
              void* code = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return done == 1 && code != MAP_FAILED ? 0 : 1;
            }),
            0);
}

TEST(Sandbox, HoldsForThreadsThatRunAlready) {
  EXPECT_EQ(locked_in([] { return 0; }), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> step{0};
    bool refused = false;
    std::thread other([&] {
      step.wait(0);
      refused = is_refused(socket(AF_INET, SOCK_STREAM, 0));
    });
    const bool is_in = lock_in({}).has_value();
    step = 1;
    step.notify_one();
    other.join();
    _exit(is_in && refused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Sandbox, LimitsFilesCoresAndMemory) {
  const pid_t child = fork();
  if (child == 0) {
    rlimit core{1, 1}, files{};
    const bool is_limited = limit_resources(1 << 20).has_value() &&
                            getrlimit(RLIMIT_CORE, &core) == 0 &&
                            getrlimit(RLIMIT_NOFILE, &files) == 0;
    _exit(is_limited && core.rlim_max == 0 && files.rlim_max == 4096 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace geoneuron::worker
