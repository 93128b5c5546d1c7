// SPDX-License-Identifier: MIT
// ChildProgram: a program that this one starts, speaks with line by line, and that does not outlive
// it. Not thread-safe; the thread that starts it must live as long.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::cli::load {

class ChildProgram {
 public:
  // words[0]: its path. Its standard input and output are ours; a terminal's signals do not reach
  // it, and it is told SIGTERM when this thread ends.
  static Result<ChildProgram> start(const std::vector<std::string>& words);
  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&&) = delete;
  ~ChildProgram();  // ends it

  pid_t pid() const { return pid_; }
  // The next line that it prints. ETIME: none in time. EIO: it has ended, and how.
  Result<std::string> read_line(uint64_t patience_ns);
  Result<void> write_line(const std::string& line);
  // SIGTERM, and SIGKILL where it takes too long.
  void end();

 private:
  ChildProgram(std::string name, pid_t pid, UniqueFd input, UniqueFd output)
      : name_(std::move(name)), pid_(pid), input_(std::move(input)), output_(std::move(output)) {}
  Error ended();

  std::string name_;
  pid_t pid_ = -1;
  UniqueFd input_, output_;
  std::string unread_;
};

// The path of a program that is installed beside this one. ENOENT: it is not there.
Result<std::string> program_beside_this_one(const std::string& name);

}  // namespace geoneuron::cli::load
