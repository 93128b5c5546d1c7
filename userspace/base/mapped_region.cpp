// SPDX-License-Identifier: MIT
#include "base/mapped_region.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/unique_fd.hpp"

namespace geoneuron {
namespace {

Result<void> read_all(int fd, const std::string& name, std::span<std::byte> bytes) {
  off_t offset = 0;
  while (!bytes.empty()) {
    const ssize_t count = pread(fd, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return make_error(errno, "%s: %s", name.c_str(), std::strerror(errno));
    if (count == 0) return make_error(EIO, "%s: became shorter while it was read", name.c_str());
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += count;
  }
  return {};
}

}  // namespace

Result<MappedRegion> MappedRegion::copy_file(const std::string& path, size_t maximum_bytes) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer; regular files ignore the flag.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return make_error(errno, "%s: %s", path.c_str(), std::strerror(errno));
  return copy_descriptor(fd.get(), path, maximum_bytes);
}

Result<MappedRegion> MappedRegion::copy_descriptor(int fd, const std::string& name,
                                                   size_t maximum_bytes) {
  struct stat status {};
  if (fstat(fd, &status) != 0)
    return make_error(errno, "%s: %s", name.c_str(), std::strerror(errno));
  if (S_ISDIR(status.st_mode))
    return make_error(EISDIR, "%s: is a folder; must be a file", name.c_str());
  if (!S_ISREG(status.st_mode)) return invalid("%s: must be a regular file", name.c_str());
  const auto size = static_cast<size_t>(status.st_size);
  if (size > maximum_bytes)
    return make_error(EFBIG, "%s: has %zu bytes; at most %zu are read", name.c_str(), size,
                      maximum_bytes);
  MappedRegion region = GN_TRY(allocate(size, name));
  GN_TRY(read_all(fd, name, {region.data_, size}));
  return region;
}

Result<MappedRegion> MappedRegion::copy_bytes(std::span<const std::byte> bytes,
                                              const std::string& name) {
  MappedRegion region = GN_TRY(allocate(bytes.size(), name));
  if (!bytes.empty()) std::memcpy(region.data_, bytes.data(), bytes.size());
  return region;
}

Result<MappedRegion> MappedRegion::fill(
    size_t size, const std::string& name,
    const std::function<Result<void>(std::span<std::byte>)>& write) {
  MappedRegion region = GN_TRY(allocate(size, name));
  GN_TRY(write({region.data_, size}));
  return region;
}

Result<MappedRegion> MappedRegion::allocate(size_t size, const std::string& name) {
  if (size == 0) return MappedRegion();
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return make_error(errno, "%s: %zu bytes of memory: %s", name.c_str(), size,
                      std::strerror(errno));
  return MappedRegion(static_cast<std::byte*>(data), size);
}

MappedRegion::MappedRegion(MappedRegion&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedRegion& MappedRegion::operator=(MappedRegion&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedRegion::~MappedRegion() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace geoneuron
