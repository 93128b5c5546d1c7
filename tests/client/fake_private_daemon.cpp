// SPDX-License-Identifier: MIT
// A program that is started as a private daemon: fake_private_daemon --private-socket FD. It adds
// "PID FDS" to the file $FAKE_DAEMON_LOG, FDS being how many it was given beside the streams and
// the socket, and dies of its first command where that file had no line yet and $FAKE_DAEMON_DIES
// is set.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "client/fake_daemon.hpp"

int main(int count, char** arguments) {
  if (count != 3 || std::string(arguments[1]) != "--private-socket") return 2;
  // The iteration itself has one open.
  const std::filesystem::directory_iterator fds("/proc/self/fd");
  const auto open = std::distance(begin(fds), end(fds)) - 5;
  const char* const log = std::getenv("FAKE_DAEMON_LOG");
  std::error_code ignored;
  const bool is_first = std::filesystem::file_size(log, ignored) == static_cast<uintmax_t>(-1);
  std::ofstream(log, std::ios::app) << getpid() << ' ' << open << '\n';
  geoneuron::FakeDaemon daemon{geoneuron::UniqueFd(std::atoi(arguments[2]))};
  daemon.accept();
  daemon.welcome();
  if (is_first && std::getenv("FAKE_DAEMON_DIES") != nullptr) {
    daemon.receive_commands(1);
    return 1;
  }
  daemon.serve();
}
