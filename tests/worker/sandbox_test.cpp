// SPDX-License-Identifier: MIT
#include "worker/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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

constexpr unsigned long kDrmVersion = 0xC0406400;  // DRM_IOCTL_VERSION

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

// Whatever names another process, or a part of the kernel that computing has no use for.
TEST(Sandbox, RefusesWhatReachesOtherProcesses) {
  EXPECT_EQ(locked_in([] {
              char byte = 0;
              iovec part{&byte, 1};
              const pid_t other = getppid();
              if (!is_refused(open("/proc/self/mem", O_RDWR))) return 1;
              if (!is_refused(openat(AT_FDCWD, "/proc/1/mem", O_RDONLY))) return 2;
              if (!is_refused(ptrace(PTRACE_ATTACH, other, nullptr, nullptr))) return 3;
              if (!is_refused(process_vm_readv(other, &part, 1, &part, 1, 0))) return 4;
              if (!is_refused(process_vm_writev(other, &part, 1, &part, 1, 0))) return 5;
              if (!is_refused(syscall(SYS_tgkill, other, other, 0))) return 6;
              if (!is_refused(syscall(SYS_pidfd_open, other, 0))) return 7;
              if (!is_refused(fcntl(0, F_SETOWN, other))) return 8;
              if (!is_refused(fcntl(0, F_SETSIG, SIGKILL))) return 9;
              if (!is_refused(syscall(SYS_prlimit64, other, RLIMIT_CORE, nullptr, nullptr)))
                return 10;
              if (syscall(SYS_tgkill, getpid(), gettid(), 0) != 0) return 11;
              return fcntl(0, F_GETFD) < 0 && errno == EPERM ? 12 : 0;
            }),
            0);
}

TEST(Sandbox, RefusesPartsOfTheKernel) {
  EXPECT_EQ(locked_in([] {
              const long calls[] = {SYS_io_uring_setup, SYS_bpf,           SYS_perf_event_open,
                                    SYS_userfaultfd,    SYS_keyctl,        SYS_add_key,
                                    SYS_mount,          SYS_unshare,       SYS_setns,
                                    SYS_ptrace,         SYS_shmget,        SYS_mq_open,
                                    SYS_inotify_init1,  SYS_fanotify_init, SYS_open_by_handle_at,
                                    SYS_init_module,    SYS_kexec_load,    SYS_reboot,
                                    SYS_sendmsg,        SYS_sendmmsg,      SYS_splice,
                                    SYS_vmsplice,       SYS_execveat,      SYS_setuid,
                                    SYS_chroot,         SYS_pivot_root,    SYS_personality};
              for (const long call : calls)
                if (!is_refused(syscall(call, 0, 0, 0, 0, 0, 0))) return 1;
              return 0;
            }),
            0);
}

TEST(Sandbox, LeavesDriversTheIoctlsOfGpusOnly) {
  EXPECT_EQ(locked_in([] { return is_refused(ioctl(0, kDrmVersion, nullptr)) ? 0 : 1; }), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (!lock_in({.allow_ioctl = true})) _exit(100);
    const int file = memfd_create("file", 0);
    const bool is_let_through = ioctl(file, kDrmVersion, nullptr) < 0 && errno == ENOTTY;
    const bool is_kept_back = is_refused(ioctl(0, TIOCSTI, "x")) &&
                              is_refused(ioctl(file, FIONREAD, nullptr)) &&
                              is_refused(ioctl(file, SIOCGIFCONF, nullptr));
    _exit(is_let_through && is_kept_back ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
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

// As many systems have it for ordinary users.
TEST(Sandbox, IsContentWithFewerFilesWhereNoMoreAreToBeHad) {
  const pid_t child = fork();
  if (child == 0) {
    rlimit files{512, 1024};
    const bool is_ordinary = setrlimit(RLIMIT_NOFILE, &files) == 0 &&
                             (getuid() != 0 || setresuid(65534, 65534, 65534) == 0);
    const bool is_limited = is_ordinary && limit_resources(1 << 20).has_value() &&
                            getrlimit(RLIMIT_NOFILE, &files) == 0;
    _exit(is_limited && files.rlim_cur == 1024 && files.rlim_max == 1024 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace geoneuron::worker
