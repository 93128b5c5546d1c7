// SPDX-License-Identifier: MIT
// Served: `geoneuron serve` with a socket in a folder of its own, until the end of the test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli {

class Served {
 public:
  enum class Place { kOwn, kUsual };

  explicit Served(Place place = Place::kOwn) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      const std::string path = socket();
      if (place == Place::kUsual)
        execl(GEONEURON_PROGRAM, GEONEURON_PROGRAM, "serve", nullptr);
      else
        execl(GEONEURON_PROGRAM, GEONEURON_PROGRAM, "serve", "--socket", path.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    said_ = ends[0];
  }
  Served(const Served&) = delete;
  ~Served() {
    if (pid_ > 0) end_by(SIGTERM);
    close(said_);
  }

  std::string socket() const { return folder_ / "socket"; }
  pid_t pid() const { return pid_; }

  // Waits until it says so.
  bool is_listening() const {
    pollfd entry{said_, POLLIN, 0};
    char text[512] = {};
    return poll(&entry, 1, 60'000) == 1 && read(said_, text, sizeof text - 1) > 0 &&
           std::string(text).starts_with("listening at ");
  }

  // The exit status; 128 + the signal that ended it.
  int end_by(int signal) {
    int status = 0;
    kill(pid_, signal);
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  int said_ = -1;
};

}  // namespace geoneuron::cli
