// SPDX-License-Identifier: MIT
#include "client/private_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

extern char** environ;

namespace geoneuron::client {
namespace {

constexpr int kDaemonFd = 3;
// To finish what it was at when its connection closed.
constexpr int kEndMilliseconds = 5000;

// What the child does between fork and exec. Owns both objects.
class SpawnPlan {
 public:
  explicit SpawnPlan(int socket_fd) {
    posix_spawn_file_actions_init(&actions_);
    // The socket first: it may have the number of a standard stream that is closed here. Where it
    // has the daemon's number already, glibc takes the mark to close it away.
    posix_spawn_file_actions_adddup2(&actions_, socket_fd, kDaemonFd);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
    // Fds that the application forgot to mark would live as long as the daemon.
    posix_spawn_file_actions_addclosefrom_np(&actions_, kDaemonFd + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  int spawn(const std::string& program, const std::vector<std::string>& more, pid_t& pid) {
    const std::string fd = std::to_string(kDaemonFd);
    std::vector<const char*> arguments = {program.c_str(), "--private-socket", fd.c_str()};
    for (const std::string& argument : more) arguments.push_back(argument.c_str());
    arguments.push_back(nullptr);
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_,
                       const_cast<char**>(arguments.data()), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

bool ends_in_time(pid_t pid) {
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return false;
  pollfd entry{process.get(), POLLIN, 0};
  return poll(&entry, 1, kEndMilliseconds) > 0;
}

}  // namespace

Result<UniqueFd> PrivateDaemon::open() {
  end();
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
    return make_error(errno, "socketpair: %s", std::strerror(errno));
  UniqueFd ours(pair[0]);
  UniqueFd theirs(pair[1]);
  const int code = SpawnPlan(theirs.get()).spawn(name(), arguments_, pid_);
  if (code != 0) {
    pid_ = -1;
    return make_error(code, "%s: cannot be started: %s", name().c_str(), std::strerror(code));
  }
  return ours;
}

void PrivateDaemon::end() {
  if (pid_ < 0) return;
  if (!ends_in_time(pid_)) kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace geoneuron::client
