// SPDX-License-Identifier: MIT
#include "ring/sealed_memory.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstring>
#include <utility>

namespace geoneuron::ring {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Error failed(const char* what, const char* step) {
  const int code = errno;
  return make_error(code, "%s: %s: %s", what, step, std::strerror(code));
}

// A hole punched into hugetlb pages may fail to be filled again, which kills whoever touches it;
// tmpfs fills it.
Result<void> check(int fd, uint64_t size_bytes, const char* what) {
  struct stat status {};
  struct statfs system {};
  if (fstat(fd, &status) != 0 || fstatfs(fd, &system) != 0) return failed(what, "stat");
  if (!S_ISREG(status.st_mode) || static_cast<uint64_t>(system.f_type) != TMPFS_MAGIC)
    return invalid("%s: is no memory file of tmpfs; must be a memfd without huge pages", what);
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size != size_bytes || size == 0 || size > PTRDIFF_MAX)
    return invalid("%s: has %llu bytes; must have %llu, and some", what,
                   static_cast<unsigned long long>(size),
                   static_cast<unsigned long long>(size_bytes));
  const int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals)
    return invalid("%s: is not sealed against shrinking, growing and sealing; must be", what);
  return {};
}

}  // namespace

Result<UniqueFd> create_sealed_memfd(const char* name, uint64_t size_bytes) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return failed(name, "memfd_create");
  if (fallocate(fd.get(), 0, 0, static_cast<off_t>(size_bytes)) != 0)
    return failed(name, "fallocate");
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return failed(name, "F_ADD_SEALS");
  return fd;
}

Result<SealedMemory> SealedMemory::map(int fd, uint64_t size_bytes, Access access,
                                       const char* what) {
  GN_TRY(check(fd, size_bytes, what));
  return map_trusted(fd, size_bytes, access, what);
}

Result<SealedMemory> SealedMemory::map_trusted(int fd, uint64_t size_bytes, Access access,
                                               const char* what) {
  const int protection = access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  void* data = mmap(nullptr, size_bytes, protection, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) return failed(what, "mmap");
  return SealedMemory(static_cast<std::byte*>(data), size_bytes);
}

SealedMemory::SealedMemory(SealedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SealedMemory& SealedMemory::operator=(SealedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SealedMemory::~SealedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace geoneuron::ring
