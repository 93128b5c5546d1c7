// SPDX-License-Identifier: MIT
#include "worker/sandbox.hpp"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace geoneuron::worker {
namespace {

constexpr rlim_t kMaximumFds = 4096;
// Code, drivers, threads' stacks and the heap's slack, beside what the budget counts.
constexpr uint64_t kOverheadBytes = uint64_t{4} << 30;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;  // their shadow memory is larger than any bound
#else
constexpr bool kIsSanitized = false;
#endif

constexpr int kAllowed[] = {
    // memory; compilers of shaders and kernels write code
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
    SCMP_SYS(madvise), SCMP_SYS(mincore), SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),
    SCMP_SYS(membarrier), SCMP_SYS(get_mempolicy),
    // threads and their end
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_setaffinity), SCMP_SYS(getcpu), SCMP_SYS(gettid),
    SCMP_SYS(getpid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler),
    // signals
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    // clocks, waiting
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(poll), SCMP_SYS(ppoll),
    // what is open already, and the buffers that come over the control socket
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(lseek),
    SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(recvmsg),
    // the machine
    SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrusage)};

// Not those that have signals sent to another process: F_SETOWN, F_SETSIG, F_NOTIFY.
constexpr int kFcntls[] = {F_GETFD,         F_SETFD,     F_GETFL,    F_SETFL,
                           F_DUPFD_CLOEXEC, F_GET_SEALS, F_ADD_SEALS};

// The kinds (bits 8 to 15) of requests that drivers of GPUs make: DRM, dma-buf, sync_file, KFD,
// and NVIDIA's own, one of which has no kind. Terminals, sockets and file systems have others.
constexpr scmp_datum_t kIoctls[] = {'d', 'b', '>', 'K', 'F', 0};

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

Error failed(const char* what, int code) {
  return make_error(code, "sandbox: %s: %s", what, std::strerror(code));
}

// newfstatat with an empty path is how glibc does fstat: of an fd, no file is looked for. A pointer
// cannot be looked behind, but without AT_FDCWD and with AT_EMPTY_PATH alone it finds no more than
// whether a name exists below a folder that is open, and none is.
int allow_special(scmp_filter_ctx filter, const Sandbox& sandbox) {
  int code = 0;
  const auto allow = [&](int call, scmp_arg_cmp argument) {
    if (code == 0) code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &argument);
  };
  allow(SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_EQ, 0x1000));  // AT_EMPTY_PATH
  // A thread of this process; a process of its own is refused.
  allow(SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  allow(SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  allow(SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_NAME));
  // clone3 passes its flags by pointer: where it is not there, glibc takes clone.
  if (code == 0) code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  // Workers of all users run as one: none may send another a signal.
  allow(SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid())));
  for (const int command : kFcntls)
    allow(SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command)));
  for (const scmp_datum_t kind : kIoctls)
    if (sandbox.allow_ioctl) allow(SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, kind << 8));
  return code;
}

}  // namespace

Result<void> die_with_parent() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return failed("PR_SET_PDEATHSIG", errno);
  return {};
}

Result<void> limit_resources(uint64_t budget_bytes) {
  const rlimit none{0, 0};
  rlimit fds{};
  if (getrlimit(RLIMIT_NOFILE, &fds) != 0) return failed("RLIMIT_NOFILE", errno);
  // Fewer where this user may have no more.
  fds.rlim_max = std::min(fds.rlim_max, kMaximumFds);
  fds.rlim_cur = fds.rlim_max;
  const rlim_t bytes = 2 * budget_bytes + kOverheadBytes;
  const rlimit memory{bytes, bytes};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return failed("RLIMIT_CORE", errno);
  if (setrlimit(RLIMIT_NOFILE, &fds) != 0) return failed("RLIMIT_NOFILE", errno);
  if (!kIsSanitized && setrlimit(RLIMIT_DATA, &memory) != 0) return failed("RLIMIT_DATA", errno);
  return {};
}

Result<void> lock_in(const Sandbox& sandbox) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return failed("seccomp_init", ENOMEM);
  // Threads of drivers run already.
  int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  for (const int call : kAllowed)
    if (code == 0) code = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
  if (code == 0) code = allow_special(filter.get(), sandbox);
  if (code == 0) code = seccomp_load(filter.get());
  if (code != 0) return failed("seccomp", -code);
  return {};
}

}  // namespace geoneuron::worker
