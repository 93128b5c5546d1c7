// SPDX-License-Identifier: MIT
#include "fakes/child_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "base/unique_fd.hpp"

namespace geoneuron {
namespace {

constexpr int kMaximumSeconds = 60;

std::string contents(int fd) {
  std::string text;
  char buffer[65536];
  lseek(fd, 0, SEEK_SET);
  for (ssize_t n = 0; (n = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(n));
  return text;
}

// The exit status once the child ended; kills it when its time is over.
int wait_for(pid_t pid) {
  const timespec pause = {0, 2'000'000};
  for (int i = 0; i < kMaximumSeconds * 500; ++i) {
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) == pid)
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    nanosleep(&pause, nullptr);
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return 128 + SIGKILL;
}

}  // namespace

ChildResult run_child(const std::string& program, const std::vector<std::string>& arguments,
                      const std::string& cwd) {
  // Memory files rather than pipes: a child can write any amount without a reader.
  const UniqueFd out(memfd_create("out", MFD_CLOEXEC)), err(memfd_create("err", MFD_CLOEXEC));
  const UniqueFd in(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(in.get(), 0);
    dup2(out.get(), 1);
    dup2(err.get(), 2);
    if (cwd.empty() || chdir(cwd.c_str()) == 0) execv(program.c_str(), argv.data());
    _exit(127);
  }
  ChildResult result;
  if (pid > 0) result.status = wait_for(pid);
  result.out = contents(out.get());
  result.err = contents(err.get());
  return result;
}

}  // namespace geoneuron
