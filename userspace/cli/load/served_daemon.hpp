// SPDX-License-Identifier: MIT
// ServedDaemon: a geoneurond of this program's own at which many can connect, in a folder of its
// own; both go with it. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "cli/load/child_program.hpp"

namespace geoneuron::cli::load {

class ServedDaemon {
 public:
  // Waits until it listens.
  static Result<ServedDaemon> start();
  ServedDaemon(ServedDaemon&&) = default;
  ServedDaemon& operator=(ServedDaemon&&) = delete;

  std::string socket() const { return folder_.path / "socket"; }
  pid_t pid() const { return program_.pid(); }

 private:
  // Removed at the end, also by a signal.
  struct Folder {
    static Result<Folder> create();
    Folder() = default;
    Folder(Folder&& other) noexcept : path(std::exchange(other.path, {})) {}
    ~Folder();

    std::filesystem::path path;
  };
  ServedDaemon(Folder folder, ChildProgram program)
      : folder_(std::move(folder)), program_(std::move(program)) {}

  Folder folder_;  // after the daemon
  ChildProgram program_;
};

}  // namespace geoneuron::cli::load
