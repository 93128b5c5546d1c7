// SPDX-License-Identifier: MIT
#include "daemon/buffer_store.hpp"

#include "daemon/client_memory.hpp"

namespace geoneuron::daemon {

BufferRef::~BufferRef() {
  if (buffer_ != nullptr && --buffer_->references == 0) store_->drop(*buffer_);
}

BufferRef BufferRef::another() const {
  return buffer_ == nullptr ? BufferRef() : BufferRef(store_, buffer_);
}

Result<BufferRef> BufferStore::add(uid_t user, UniqueFd fd, uint64_t size_bytes, bool read_only) {
  GN_TRY(check_client_memory(fd.get(), size_bytes, read_only));
  GN_TRY(quotas_->take_buffer(user, size_bytes));
  Buffer& buffer = this->add(user);
  buffer.fd = std::move(fd);
  buffer.size_bytes = size_bytes;
  buffer.read_only = read_only;
  buffer.counted = true;
  return BufferRef(this, &buffer);
}

BufferRef BufferStore::add_foreign(uid_t user) {
  return BufferRef(this, &add(user));
}

BufferRef BufferStore::add_own(uid_t user, UniqueFd fd, uint64_t size_bytes) {
  Buffer& buffer = add(user);
  buffer.fd = std::move(fd);
  buffer.size_bytes = size_bytes;
  return BufferRef(this, &buffer);
}

Buffer& BufferStore::add(uid_t user) {
  const uint64_t id = next_id_++;
  Buffer& buffer = buffers_[id];
  buffer.id = id;
  buffer.user = user;
  return buffer;
}

void BufferStore::drop(const Buffer& buffer) {
  if (buffer.counted) quotas_->give_buffer(buffer.user, buffer.size_bytes);
  gone_.push_back({buffer.id, buffer.user});
  buffers_.erase(buffer.id);
}

}  // namespace geoneuron::daemon
