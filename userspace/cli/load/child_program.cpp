// SPDX-License-Identifier: MIT
#include "cli/load/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/surroundings.hpp"
#include "cli/load/clock.hpp"

namespace geoneuron::cli::load {
namespace {

constexpr int kEndMilliseconds = 20'000;

// Between fork and exec: nothing here may allocate or lock.
[[noreturn]] void become(char* const* arguments, int input, int output, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // it ended before it could be told
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
    execv(arguments[0], arguments);
  _exit(127);
}

bool ends_within(pid_t pid, int milliseconds) {
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd entry{process.get(), POLLIN, 0};
  return process && poll(&entry, 1, milliseconds) > 0;
}

}  // namespace

Result<ChildProgram> ChildProgram::start(const std::vector<std::string>& words) {
  int to_child[2], from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0)
    return make_error(errno, "%s: no pipe for it: %s", words[0].c_str(), std::strerror(errno));
  UniqueFd input_end(to_child[0]), input(to_child[1]);
  if (pipe2(from_child, O_CLOEXEC) != 0)
    return make_error(errno, "%s: no pipe for it: %s", words[0].c_str(), std::strerror(errno));
  UniqueFd output(from_child[0]), output_end(from_child[1]);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid(), pid = fork();
  if (pid == 0) become(arguments.data(), input_end.get(), output_end.get(), parent);
  if (pid < 0)
    return make_error(errno, "%s: cannot be started: %s", words[0].c_str(), std::strerror(errno));
  return ChildProgram(words[0], pid, std::move(input), std::move(output));
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      unread_(std::move(other.unread_)) {}

ChildProgram::~ChildProgram() {
  end();
}

void ChildProgram::end() {
  if (pid_ < 0) return;
  input_.reset();
  kill(pid_, SIGTERM);
  if (!ends_within(pid_, kEndMilliseconds)) kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
}

Error ChildProgram::ended() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  if (WIFSIGNALED(status))
    return make_error(EIO, "%s: was ended by signal %d (%s)", name_.c_str(), WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
  return make_error(EIO, "%s: ended with status %d", name_.c_str(), WEXITSTATUS(status));
}

Result<std::string> ChildProgram::read_line(uint64_t patience_ns) {
  const uint64_t end_ns = now_ns() + patience_ns;
  for (size_t line_end = unread_.find('\n');; line_end = unread_.find('\n')) {
    if (line_end != std::string::npos) {
      std::string line = unread_.substr(0, line_end);
      unread_.erase(0, line_end + 1);
      return line;
    }
    const uint64_t now = now_ns();
    pollfd entry{output_.get(), POLLIN, 0};
    if (now >= end_ns || poll(&entry, 1, static_cast<int>((end_ns - now) / 1'000'000) + 1) == 0)
      return make_error(ETIME, "%s: has said nothing for %llu s", name_.c_str(),
                        static_cast<unsigned long long>(patience_ns / kSecond_ns));
    char bytes[4096];
    const ssize_t count = read(output_.get(), bytes, sizeof bytes);
    if (count > 0) unread_.append(bytes, static_cast<size_t>(count));
    if (count == 0) return ended();
  }
}

Result<void> ChildProgram::write_line(const std::string& line) {
  const std::string text = line + "\n";
  if (write(input_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  return make_error(errno, "%s: takes no line: %s", name_.c_str(), std::strerror(errno));
}

Result<std::string> program_beside_this_one(const std::string& name) {
  const auto folder = program_folder();
  const auto path = folder / name;
  if (!folder.empty() && access(path.c_str(), X_OK) == 0) return path.string();
  return make_error(ENOENT, "%s: must be beside this program, in %s; build or install both",
                    name.c_str(), folder.c_str());
}

}  // namespace geoneuron::cli::load
