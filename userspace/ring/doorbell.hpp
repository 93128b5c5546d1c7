// SPDX-License-Identifier: MIT
// Doorbell: an eventfd that wakes the other side. Move-only; thread-safe but for moving.
#pragma once

#include <utility>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::ring {

class Doorbell {
 public:
  // A new one; reading it does not block. Errors: eventfd's.
  static Result<Doorbell> create();
  // One that was inherited. EINVAL: it is no eventfd with EFD_NONBLOCK.
  static Result<Doorbell> adopt(UniqueFd fd);

  int fd() const { return fd_.get(); }
  void ring() const;
  // Silences it, so that poll waits for the next ring.
  void clear() const;

 private:
  explicit Doorbell(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace geoneuron::ring
