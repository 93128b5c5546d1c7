// SPDX-License-Identifier: MIT
#include "base/mapped_region.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

#include "base/unique_fd.hpp"

namespace geoneuron {

Result<MappedRegion> MappedRegion::map_file(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer; regular files ignore the flag.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return make_error(errno, "%s: %s", path.c_str(), std::strerror(errno));
  return map_descriptor(fd.get(), path);
}

Result<MappedRegion> MappedRegion::map_descriptor(int fd, const std::string& name) {
  struct stat status {};
  if (fstat(fd, &status) != 0)
    return make_error(errno, "%s: %s", name.c_str(), std::strerror(errno));
  if (S_ISDIR(status.st_mode))
    return make_error(EISDIR, "%s: is a folder; must be a file", name.c_str());
  if (!S_ISREG(status.st_mode)) return invalid("%s: must be a regular file", name.c_str());
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return MappedRegion();
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED)
    return make_error(errno, "%s: cannot be mapped: %s", name.c_str(), std::strerror(errno));
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
