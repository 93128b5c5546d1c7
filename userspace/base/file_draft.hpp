// SPDX-License-Identifier: MIT
// FileDraft: a file that is written without a name and gets it when it is complete, so that nobody
// sees half of it and nothing is left where the process ends before. Move-only; not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron {

class FileDraft {
 public:
  // Begins what will be at `path`. Links are followed, also those to a file that is not there yet,
  // which is then made. Devices, pipes and sockets are written to at once instead: replacing them
  // would take them from everybody else. Errors name `path`; where the folder of the file that it
  // means is missing, they name that.
  static Result<FileDraft> create(const std::string& path);

  FileDraft(FileDraft&& other) noexcept;
  FileDraft& operator=(FileDraft&&) = delete;
  ~FileDraft();

  Result<void> write(std::span<const std::byte> bytes);
  // Gives the file its name, in the place of what has it; call it once.
  Result<void> commit();

 private:
  FileDraft(const std::string& path, const std::string& target, UniqueFd fd)
      : path_(path), target_(target), fd_(std::move(fd)) {}
  Error failure() const;

  std::string path_;    // as the caller calls it
  std::string target_;  // where it will be; "" for what is written to in place
  UniqueFd fd_;
  // A name beside the target: on file systems that know no nameless files (NFS), and for a moment
  // where a file is replaced.
  std::string temporary_;
};

}  // namespace geoneuron
