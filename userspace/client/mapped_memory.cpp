// SPDX-License-Identifier: MIT
#include "client/mapped_memory.hpp"

#include <sys/mman.h>

#include <cstring>

namespace geoneuron::client {

Result<MappedMemory> MappedMemory::map(int fd, uint64_t offset, uint64_t size_bytes,
                                       const char* what) {
  void* data =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (data == MAP_FAILED)
    return make_error(errno, "%s of %llu bytes: cannot be mapped: %s", what,
                      static_cast<unsigned long long>(size_bytes), std::strerror(errno));
  return MappedMemory(data, size_bytes);
}

MappedMemory::~MappedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace geoneuron::client
