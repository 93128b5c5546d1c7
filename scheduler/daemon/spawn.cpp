// SPDX-License-Identifier: MIT
#include "daemon/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

extern char** environ;

namespace geoneuron::daemon {
namespace {

// Above every number that a child may know an fd by, so that no dup2 meets another's source.
constexpr int kFirstSource = 64;

// What posix_spawn is told; freed at the end.
struct Plan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  Plan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    // A group of its own: Ctrl-C is for the daemon, which lets its workers finish what they run.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  }
  Plan(const Plan&) = delete;
  ~Plan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

int open_pidfd(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

Result<Child> Child::start(const std::string& program, const std::vector<std::string>& arguments,
                           const std::vector<Inherited>& inherited) {
  Plan plan;
  std::vector<UniqueFd> sources;
  for (const Inherited& entry : inherited) {
    sources.emplace_back(fcntl(entry.fd, F_DUPFD_CLOEXEC, kFirstSource));
    if (!sources.back())
      return make_error(errno, "%s: cannot be started: %s", program.c_str(), std::strerror(errno));
    posix_spawn_file_actions_adddup2(&plan.actions, sources.back().get(), entry.number);
  }
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (const int code =
          posix_spawn(&pid, program.c_str(), &plan.actions, &plan.attributes, argv.data(), environ);
      code != 0)
    return make_error(code, "%s: cannot be started: %s", program.c_str(), std::strerror(code));
  // It cannot be reaped, and its number reused, before we do that.
  UniqueFd pidfd(open_pidfd(pid));
  if (!pidfd) {
    const int code = errno;
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return make_error(code, "%s: cannot be watched: %s", program.c_str(), std::strerror(code));
  }
  return Child(pid, std::move(pidfd));
}

Child::~Child() {
  if (!pidfd_) return;
  kill();
  waitpid(pid_, nullptr, 0);
}

void Child::kill() const {
  if (pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

std::string Child::reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pidfd_.reset();
  if (WIFSIGNALED(status))
    return "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace geoneuron::daemon
