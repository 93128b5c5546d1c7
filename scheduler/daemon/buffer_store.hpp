// SPDX-License-Identifier: MIT
// BufferStore: the clients' buffers. One lives as long as a handle or an accepted command means
// it, and counts against its user's quota for as long. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/quotas.hpp"

namespace geoneuron::daemon {

struct Buffer {
  uint64_t id = 0;  // never used twice, never 0
  uid_t user = 0;
  UniqueFd fd;  // none: the kernel module's, which opens it for each command that names it
  uint64_t size_bytes = 0;  // of ours
  bool read_only = false;
  bool counted = false;  // against its user's quota
  uint32_t references = 0;
};

class BufferStore;

// Keeps a buffer alive. Move-only; must not outlive its store.
class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(BufferRef&& other) noexcept
      : store_(std::exchange(other.store_, nullptr)),
        buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferRef& operator=(BufferRef&& other) noexcept {
    std::swap(store_, other.store_);
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef();

  BufferRef another() const;  // of the same buffer
  explicit operator bool() const { return buffer_ != nullptr; }
  const Buffer& operator*() const { return *buffer_; }
  const Buffer* operator->() const { return buffer_; }

 private:
  friend class BufferStore;
  BufferRef(BufferStore* store, Buffer* buffer) : store_(store), buffer_(buffer) {
    ++buffer_->references;
  }

  BufferStore* store_ = nullptr;
  Buffer* buffer_ = nullptr;
};

class BufferStore {
 public:
  explicit BufferStore(Quotas& quotas) : quotas_(&quotas) {}

  // Errors: those of check_client_memory, and EDQUOT.
  Result<BufferRef> add(uid_t user, UniqueFd fd, uint64_t size_bytes, bool read_only);

  // One that the kernel module keeps and counts.
  BufferRef add_foreign(uid_t user);
  // A memfd of the daemon's own, for a command of the user's.
  BufferRef add_own(uid_t user, UniqueFd fd, uint64_t size_bytes);

  struct Gone {
    uint64_t id = 0;
    uid_t user = 0;
  };
  // Those that nobody means any more, since the last call: workers are to drop them.
  std::vector<Gone> take_gone() { return std::exchange(gone_, {}); }
  size_t size() const { return buffers_.size(); }

 private:
  friend class BufferRef;
  Buffer& add(uid_t user);
  void drop(const Buffer& buffer);

  Quotas* quotas_;
  uint64_t next_id_ = 1;
  std::unordered_map<uint64_t, Buffer> buffers_;  // its elements stay where they are
  std::vector<Gone> gone_;
};

}  // namespace geoneuron::daemon
