// SPDX-License-Identifier: MIT
#include "parser/cell.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>
#include <memory>

namespace geoneuron::parser {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;  // their shadow memory is larger than any bound
#else
constexpr bool kIsSanitized = false;
#endif

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

Error failed(const char* what, int code) {
  return make_error(code, "parser: %s: %s", what, std::strerror(code));
}

// An allow-list under construction; the first failure sticks.
class Filter {
 public:
  explicit Filter(uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
    if (!filter_) code_ = -ENOMEM;
  }

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls)
      if (code_ == 0) code_ = seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0);
  }
  void allow(int call, scmp_arg_cmp argument) {
    if (code_ == 0)
      code_ = seccomp_rule_add_array(filter_.get(), SCMP_ACT_ALLOW, call, 1, &argument);
  }
  void refuse(int call, int code) {
    if (code_ == 0)
      code_ = seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(static_cast<uint16_t>(code)), call, 0);
  }
  Result<void> load() {
    if (code_ == 0) code_ = seccomp_load(filter_.get());
    if (code_ != 0) return failed("seccomp", -code_);
    return {};
  }

 private:
  std::unique_ptr<void, Release> filter_;
  int code_ = 0;
};

Result<void> limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* what) {
  const rlimit bound{soft, hard};
  if (setrlimit(resource, &bound) != 0) return failed(what, errno);
  return {};
}

// Memory that holds code is nobody's to make here.
void allow_memory(Filter& filter) {
  filter.allow({SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)});
  filter.allow(SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  filter.allow(SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

}  // namespace

Result<void> die_with(int parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return failed("PR_SET_PDEATHSIG", errno);
  // What the parent did before that call was missed.
  if (getppid() != parent) return make_error(EPIPE, "parser: its parent has ended");
  return {};
}

Result<void> lock_forker_in() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
  Filter filter(SCMP_ACT_ERRNO(EPERM));
  allow_memory(filter);
  filter.allow({SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(sendmsg), SCMP_SYS(socketpair),
                SCMP_SYS(close), SCMP_SYS(dup3), SCMP_SYS(dup2), SCMP_SYS(close_range),
                SCMP_SYS(poll), SCMP_SYS(ppoll)});
  filter.allow({SCMP_SYS(clone), SCMP_SYS(wait4), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal),
                SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(set_robust_list),
                SCMP_SYS(rseq), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
                SCMP_SYS(restart_syscall)});
  filter.allow({SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
                SCMP_SYS(sigaltstack), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom)});
  // For its children, which lock themselves in further.
  filter.allow({SCMP_SYS(prctl), SCMP_SYS(seccomp), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit)});
  filter.refuse(SCMP_SYS(clone3), ENOSYS);  // glibc takes clone then
  return filter.load();
}

Result<void> lock_parser_in(const Limits& limits, uint64_t input_bytes) {
  const rlim_t memory = limits.memory_bytes + limits.memory_per_byte * input_bytes;
  if (!kIsSanitized) GN_TRY(limit(RLIMIT_AS, memory, memory, "RLIMIT_AS"));
  // SIGXCPU at the first bound, SIGKILL at the second.
  GN_TRY(limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1, "RLIMIT_CPU"));
  GN_TRY(limit(RLIMIT_FSIZE, 0, 0, "RLIMIT_FSIZE"));
  GN_TRY(limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE"));
  GN_TRY(limit(RLIMIT_NPROC, 0, 0, "RLIMIT_NPROC"));
  GN_TRY(limit(RLIMIT_NOFILE, 0, 0, "RLIMIT_NOFILE"));
  Filter filter(SCMP_ACT_KILL_PROCESS);
  allow_memory(filter);
  filter.allow({SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(exit), SCMP_SYS(exit_group),
                SCMP_SYS(rt_sigreturn), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom)});
  // What began once is told to nobody: there is one thread.
  filter.allow(SCMP_SYS(futex), SCMP_A1(SCMP_CMP_MASKED_EQ, 0x7f, FUTEX_WAKE));
  return filter.load();
}

}  // namespace geoneuron::parser
