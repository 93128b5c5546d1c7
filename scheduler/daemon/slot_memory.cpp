// SPDX-License-Identifier: MIT
#include "daemon/slot_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/client_memory.hpp"
#include "daemon/kernel_session.hpp"
#include "ring/sealed_memory.hpp"

namespace geoneuron::daemon {
namespace {

using ring::Access;
using ring::SealedMemory;

// A buffer of the kernel's cannot be made shorter: a map of it never faults.
Result<SealedMemory> map_slot(const Accepted& accepted, size_t slot, Access access) {
  const OpenedBuffer opened = GN_TRY(open_slot(accepted, slot, access == Access::kReadWrite));
  if (opened.kind == ring::BufferKind::kDmabuf)
    return make_error(ENOTSUP, "slot %zu: is a dma-buf; must be memory", slot);
  const geoneuron_buffer_use& use = accepted.command.buffers[slot];
  if (use.offset > opened.size_bytes || use.length > opened.size_bytes - use.offset)
    return invalid("slot %zu: is longer than its buffer", slot);
  return SealedMemory::map_trusted(opened.fd.get(), opened.size_bytes, access, "slot");
}

}  // namespace

Result<OpenedBuffer> open_slot(const Accepted& accepted, size_t slot, bool writable) {
  const BufferRef& buffer = accepted.buffers[slot];
  OpenedBuffer opened;
  opened.size_bytes = buffer->size_bytes;
  if (!buffer->fd) {
    KernelBuffer there = GN_TRY(accepted.kernel->open_buffer(accepted.command_id, slot));
    opened.fd = std::move(there.fd);
    opened.size_bytes = there.size_bytes;
    opened.kind = there.is_dmabuf ? ring::BufferKind::kDmabuf : ring::BufferKind::kKernel;
  } else if (!writable) {
    opened.fd = GN_TRY(reopen_read_only(buffer->fd.get()));
  } else {
    opened.fd = UniqueFd(fcntl(buffer->fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!opened.fd)
      return make_error(errno, "slot %zu: no fd for it: %s", slot, std::strerror(errno));
  }
  return opened;
}

Result<std::string> read_slot(const Accepted& accepted, size_t slot, size_t most_bytes) {
  const geoneuron_buffer_use& use = accepted.command.buffers[slot];
  if (use.length > most_bytes) return make_error(E2BIG, "slot %zu: is too long", slot);
  std::string bytes(use.length, '\0');
  if (!accepted.buffers[slot]->fd) {
    const SealedMemory memory = GN_TRY(map_slot(accepted, slot, Access::kRead));
    std::memcpy(bytes.data(), memory.bytes().data() + use.offset, bytes.size());
    return bytes;
  }
  const ssize_t read = pread(accepted.buffers[slot]->fd.get(), bytes.data(), bytes.size(),
                             static_cast<off_t>(use.offset));
  if (read < 0) return make_error(errno, "slot %zu: %s", slot, std::strerror(errno));
  bytes.resize(static_cast<size_t>(read));
  return bytes;
}

Result<void> write_slot(const Accepted& accepted, size_t slot, std::string_view bytes) {
  const geoneuron_buffer_use& use = accepted.command.buffers[slot];
  if (bytes.size() > use.length) return make_error(ENOSPC, "slot %zu: is too short", slot);
  if (!accepted.buffers[slot]->fd) {
    const SealedMemory memory = GN_TRY(map_slot(accepted, slot, Access::kReadWrite));
    std::memcpy(memory.bytes().data() + use.offset, bytes.data(), bytes.size());
    return {};
  }
  // By write and not through a mapping: the client may have punched holes into its memory.
  const ssize_t written = pwrite(accepted.buffers[slot]->fd.get(), bytes.data(), bytes.size(),
                                 static_cast<off_t>(use.offset));
  if (written != static_cast<ssize_t>(bytes.size()))
    return make_error(EACCES, "slot %zu: its memory cannot be written", slot);
  return {};
}

Result<UniqueFd> copy_of_slot(const Accepted& accepted, size_t slot, uint64_t& size_bytes) {
  const OpenedBuffer opened = GN_TRY(open_slot(accepted, slot, false));
  size_bytes = opened.size_bytes;
  UniqueFd copy = GN_TRY(ring::create_sealed_memfd("geoneuron-replay", size_bytes));
  const geoneuron_buffer_use& use = accepted.command.buffers[slot];
  if ((use.access & GEONEURON_ACCESS_READ) == 0) return copy;
  const SealedMemory from = GN_TRY(map_slot(accepted, slot, Access::kRead));
  const SealedMemory to =
      GN_TRY(SealedMemory::map(copy.get(), size_bytes, Access::kReadWrite, "slot"));
  std::memcpy(to.bytes().data() + use.offset, from.bytes().data() + use.offset, use.length);
  return copy;
}

}  // namespace geoneuron::daemon
