// SPDX-License-Identifier: MIT
#include "daemon/client_memory.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstdio>
#include <cstring>

namespace geoneuron::daemon {
namespace {

Result<void> check_kind(int fd, uint64_t size_bytes) {
  struct stat status = {};
  struct statfs system = {};
  if (fstat(fd, &status) != 0 || fstatfs(fd, &system) != 0)
    return make_error(errno, "buffer: its file cannot be looked at: %s", std::strerror(errno));
  if (system.f_type == HUGETLBFS_MAGIC)
    return invalid("buffer: lies in huge pages; must be a memfd without MFD_HUGETLB");
  if (!S_ISREG(status.st_mode) || system.f_type != TMPFS_MAGIC)
    return invalid("buffer: is no memory file; must be a memfd");
  if (size_bytes == 0 || size_bytes != static_cast<uint64_t>(status.st_size))
    return invalid("buffer: its memfd has %lld bytes; must have the %llu announced, not 0",
                   static_cast<long long>(status.st_size),
                   static_cast<unsigned long long>(size_bytes));
  return {};
}

}  // namespace

Result<void> check_client_memory(int fd, uint64_t size_bytes, bool read_only) {
  if (Result<void> kind = check_kind(fd, size_bytes); !kind) return kind;
  constexpr int kNeeded = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  const int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & kNeeded) != kNeeded)
    return invalid("buffer: is not sealed; must have F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_SEAL");
  const int mode = fcntl(fd, F_GETFL);
  if (mode < 0 || (mode & O_PATH) != 0 || (mode & O_ACCMODE) == O_WRONLY)
    return make_error(EACCES, "buffer: its fd cannot be read");
  if (read_only) return {};
  if ((mode & O_ACCMODE) != O_RDWR)
    return make_error(EACCES, "buffer: its fd cannot be written; announce it as READ_ONLY");
  if ((seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0)
    return make_error(EACCES, "buffer: is sealed against writing; announce it as READ_ONLY");
  return {};
}

Result<UniqueFd> reopen_read_only(int fd) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const int copy = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (copy < 0)
    return make_error(errno, "buffer: cannot be opened for reading only: %s", std::strerror(errno));
  return UniqueFd(copy);
}

}  // namespace geoneuron::daemon
