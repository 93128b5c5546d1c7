// SPDX-License-Identifier: MIT
// UniqueFd: owns one file descriptor. Move-only; not thread-safe.
#pragma once

#include <utility>

namespace geoneuron {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Gives the descriptor to the caller.
  int release() { return std::exchange(fd_, -1); }
  // Closes the descriptor, if any.
  void reset();

 private:
  int fd_ = -1;
};

}  // namespace geoneuron
