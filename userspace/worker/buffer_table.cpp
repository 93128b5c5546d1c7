// SPDX-License-Identifier: MIT
#include "worker/buffer_table.hpp"

#include <string>
#include <utility>

namespace geoneuron::worker {
namespace {

using ring::Access;
using ring::BufferKind;
using ring::SealedMemory;

Result<SealedMemory> mapped(const ring::BufferMessage& message, int fd) {
  const std::string name = "buffer " + std::to_string(message.id);
  const Access access = message.writable != 0 ? Access::kReadWrite : Access::kRead;
  switch (message.kind) {
    case BufferKind::kMemfd:
      return SealedMemory::map(fd, message.size_bytes, access, name.c_str());
    case BufferKind::kKernel:
      return SealedMemory::map_trusted(fd, message.size_bytes, access, name.c_str());
    case BufferKind::kDmabuf:
      return make_error(ENOTSUP, "%s: is a dma-buf, which no device here takes yet; use memory",
                        name.c_str());
  }
  return invalid("%s: is of kind %u, which is unknown", name.c_str(),
                 static_cast<unsigned>(message.kind));
}

Result<std::shared_ptr<const Buffer>> opened(const ring::BufferMessage& message, int fd) {
  auto buffer = std::make_shared<Buffer>();
  buffer->memory = GN_TRY(mapped(message, fd));
  buffer->writable = message.writable != 0;
  return std::shared_ptr<const Buffer>(std::move(buffer));
}

}  // namespace

void BufferTable::add(const ring::BufferMessage& message, UniqueFd fd) {
  auto buffer = buffers_.size() < kMaximumBuffers
                    ? opened(message, fd.get())
                    : make_error(ENOMEM, "this worker holds %zu buffers already", buffers_.size());
  if (buffers_.size() < 2 * kMaximumBuffers)
    buffers_.insert_or_assign(message.id, std::move(buffer));
}

Result<std::shared_ptr<const Buffer>> BufferTable::find(uint64_t id) const {
  const auto found = buffers_.find(id);
  if (found == buffers_.end())
    return invalid("buffer %llu: is not known here", static_cast<unsigned long long>(id));
  return found->second;
}

}  // namespace geoneuron::worker
