// SPDX-License-Identifier: MIT
#include "ring/doorbell.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace geoneuron::ring {

Result<Doorbell> Doorbell::create() {
  UniqueFd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return make_error(errno, "doorbell: eventfd: %s", std::strerror(errno));
  return Doorbell(std::move(fd));
}

Result<Doorbell> Doorbell::adopt(UniqueFd fd) {
  // The name of the link is the one thing that tells an eventfd from a pipe.
  const std::string link = "/proc/self/fd/" + std::to_string(fd.get());
  char name[64] = {};
  const ssize_t length = readlink(link.c_str(), name, sizeof name - 1);
  if (length < 0 || std::string_view(name) != "anon_inode:[eventfd]" ||
      (fcntl(fd.get(), F_GETFL) & O_NONBLOCK) == 0)
    return invalid("doorbell: fd %d is %s; must be an eventfd with EFD_NONBLOCK", fd.get(),
                   length < 0 ? "closed" : name);
  return Doorbell(std::move(fd));
}

void Doorbell::ring() const {
  // EAGAIN, the only way to fail, means that 2^64 - 2 rings wait to be heard: it rings.
  const uint64_t once = 1;
  while (write(fd_.get(), &once, sizeof once) < 0 && errno == EINTR) {
  }
}

void Doorbell::clear() const {
  // EAGAIN: it was silent.
  uint64_t rings = 0;
  while (read(fd_.get(), &rings, sizeof rings) < 0 && errno == EINTR) {
  }
}

}  // namespace geoneuron::ring
