// SPDX-License-Identifier: MIT
// Child processes of the daemon: started with exactly the fds that they are to have. Thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::daemon {

struct Inherited {
  int fd;      // of ours
  int number;  // what it is called there; at least 1
};

class Child {
 public:
  // `arguments` without the program's name. It has a process group of its own, /dev/null as input,
  // no blocked signals, our inherited fds and those not close-on-exec. Errors name `program`.
  static Result<Child> start(const std::string& program, const std::vector<std::string>& arguments,
                             const std::vector<Inherited>& inherited);
  Child(Child&&) = default;
  Child& operator=(Child&&) = delete;
  ~Child();  // kills it

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }  // readable when it has ended
  void kill() const;
  // How it ended, once it has: "was ended by signal 11 (Segmentation fault)".
  std::string reap();

 private:
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_;
  UniqueFd pidfd_;  // none once it was reaped
};

}  // namespace geoneuron::daemon
