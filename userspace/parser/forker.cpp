// SPDX-License-Identifier: MIT
#include "parser/forker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/unique_fd.hpp"
#include "parser/protocol.hpp"
#include "parser/stream.hpp"
#include "ring/control_socket.hpp"

namespace geoneuron::parser {
namespace {

constexpr int kCannotLockIn = 120;  // exit status

// Nothing is open but /dev/null, in the places where libraries write what they think, and `socket`,
// which becomes kSocketFd.
Result<void> keep_only(int socket) {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; fd <= 2; ++fd)
    if (!null || dup2(null.get(), fd) != fd)
      return make_error(errno, "/dev/null: %s", std::strerror(errno));
  if (socket != kSocketFd && dup2(socket, kSocketFd) != kSocketFd)
    return make_error(errno, "fd %d: %s", kSocketFd, std::strerror(errno));
  if (close_range(kSocketFd + 1, ~0u, 0) != 0)
    return make_error(errno, "close_range: %s", std::strerror(errno));
  return {};
}

// In the parser, which no longer needs the forker's socket.
[[noreturn]] void run_parser(int stream, int forker, const Limits& limits, uint64_t input_bytes,
                             const Work& work) {
  if (dup2(stream, kSocketFd) != kSocketFd || close_range(kSocketFd + 1, ~0u, 0) != 0 ||
      !die_with(forker) || !lock_parser_in(limits, input_bytes))
    _exit(kCannotLockIn);
  _exit(work(kSocketFd));
}

uint64_t cpu_seconds(const rusage& usage) {
  return static_cast<uint64_t>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
}

// Waits for the end of a parser, and ends one that takes too long.
ForkEnd watch(pid_t parser, const Limits& limits) {
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, parser, 0)));
  pollfd entry{pidfd.get(), POLLIN, 0};
  int ready = 0;
  do ready = poll(&entry, 1, static_cast<int>(limits.seconds) * 1000);
  while (ready < 0 && errno == EINTR);
  const bool is_late = ready <= 0;
  if (is_late) syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
  int status = 0;
  rusage usage{};
  while (wait4(parser, &status, 0, &usage) < 0 && errno == EINTR) continue;
  if (!WIFSIGNALED(status)) return {HowEnded::kStatus, static_cast<uint32_t>(WEXITSTATUS(status))};
  const int signal = WTERMSIG(status);
  const bool ran_out = signal == SIGXCPU || cpu_seconds(usage) >= limits.cpu_seconds;
  if (ran_out) return {HowEnded::kCpuTime, limits.cpu_seconds};
  if (is_late) return {HowEnded::kTime, limits.seconds};
  return {HowEnded::kSignal, static_cast<uint32_t>(signal)};
}

Result<void> serve_one(const ForkRequest& request, const Limits& limits, const Work& work) {
  int ends[2] = {-1, -1};
  const pid_t self = getpid();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return ring::send_message(kSocketFd, ForkAnswer{errno, 0});
  UniqueFd ours(ends[0]), theirs(ends[1]);
  const pid_t parser = fork();
  if (parser == 0) run_parser(theirs.get(), self, limits, request.input_bytes, work);
  theirs.reset();
  if (parser < 0) return ring::send_message(kSocketFd, ForkAnswer{errno, 0});
  // Where the worker is gone, the stream is too, and the parser ends of that.
  const auto sent = ring::send_message(kSocketFd, ForkAnswer{}, ours.get());
  ours.reset();
  const ForkEnd end = watch(parser, limits);
  GN_TRY(sent);
  return ring::send_message(kSocketFd, end);
}

}  // namespace

Result<void> serve_worker(const Limits& limits, const std::function<Result<void>()>& warm_up,
                          const Work& work) {
  GN_TRY(die_with(getppid()));
  GN_TRY(keep_only(kSocketFd));
  GN_TRY(warm_up());
  GN_TRY(lock_forker_in());
  for (;;) {
    ForkRequest request;
    const ssize_t size = read(kSocketFd, &request, sizeof request);
    if (size < 0 && errno == EINTR) continue;
    if (size == 0) return {};  // the worker is gone
    if (size != sizeof request) return make_error(EPROTO, "the worker sent no ForkRequest");
    GN_TRY(serve_one(request, limits, work));
  }
}

}  // namespace geoneuron::parser
