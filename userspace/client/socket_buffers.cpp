// SPDX-License-Identifier: MIT
#include "client/socket_buffers.hpp"

#include <fcntl.h>
#include <geoneuron/socket.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "client/mapped_memory.hpp"

namespace geoneuron::client {
namespace {

// Populated at once: who touches it later must not be killed for want of memory.
Result<UniqueFd> sealed_memfd(uint64_t size_bytes) {
  UniqueFd memfd(memfd_create("geoneuron", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memfd) return make_error(errno, "memfd_create: %s", std::strerror(errno));
  const auto size = static_cast<off_t>(size_bytes);
  int result = 0;
  do {
    result = fallocate(memfd.get(), 0, 0, size);
  } while (result != 0 && errno == EINTR);
  if (result != 0)
    return make_error(errno, "a buffer of %llu bytes: %s",
                      static_cast<unsigned long long>(size_bytes), std::strerror(errno));
  if (fcntl(memfd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return make_error(errno, "F_ADD_SEALS: %s", std::strerror(errno));
  return memfd;
}

}  // namespace

Result<BufferMemory> SocketBuffers::create(uint64_t size_bytes, uint64_t quota_bytes) {
  if (size_bytes > quota_bytes || total_bytes_ > quota_bytes - size_bytes)
    return make_error(
        EDQUOT, "a buffer of %llu bytes: over the quota of %llu, of which %llu are used",
        static_cast<unsigned long long>(size_bytes), static_cast<unsigned long long>(quota_bytes),
        static_cast<unsigned long long>(total_bytes_));
  if (buffers_.size() >= GEONEURON_SOCKET_MAX_BUFFERS)
    return make_error(ENOSPC, "a context has at most %d buffers: destroy some",
                      GEONEURON_SOCKET_MAX_BUFFERS);
  UniqueFd memfd = GN_TRY(sealed_memfd(size_bytes));
  MappedMemory memory = GN_TRY(MappedMemory::map(memfd.get(), 0, size_bytes, "a buffer"));
  const uint32_t handle = free_handle();
  buffers_[handle] = SocketBuffer{std::move(memfd), size_bytes, false};
  total_bytes_ += size_bytes;
  return BufferMemory{handle, std::make_shared<MappedMemory>(std::move(memory)), size_bytes};
}

// Numbers come back late, so that a command that names a buffer too long finds none rather than
// another.
uint32_t SocketBuffers::free_handle() {
  do {
    ++last_handle_;
  } while (last_handle_ == 0 || buffers_.contains(last_handle_));
  return last_handle_;
}

SocketBuffer* SocketBuffers::find(uint32_t handle) {
  const auto buffer = buffers_.find(handle);
  return buffer == buffers_.end() ? nullptr : &buffer->second;
}

void SocketBuffers::erase(uint32_t handle) {
  const auto buffer = buffers_.find(handle);
  if (buffer == buffers_.end()) return;
  total_bytes_ -= buffer->second.size_bytes;
  buffers_.erase(buffer);
}

}  // namespace geoneuron::client
