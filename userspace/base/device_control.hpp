// SPDX-License-Identifier: MIT
// Requests to a device's driver. Thread-safe.
#pragma once

#include <sys/ioctl.h>

#include <cerrno>

#include "base/unique_fd.hpp"

namespace geoneuron {

// ioctl, again where a signal came: 0, or a positive errno.
template <typename Argument>
int control(const UniqueFd& fd, unsigned long code, Argument& argument) {
  int result = 0;
  do {
    result = ioctl(fd.get(), code, &argument);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

}  // namespace geoneuron
