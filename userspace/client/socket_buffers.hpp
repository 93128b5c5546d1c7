// SPDX-License-Identifier: MIT
// SocketBuffers: the memfds that a socket client shares with its daemon, by handle. A buffer that
// was destroyed stays while commands need it: a later daemon must see it again. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "client/transport.hpp"

namespace geoneuron::client {

struct SocketBuffer {
  UniqueFd memfd;
  uint64_t size_bytes = 0;
  bool is_destroyed = false;  // by the client
};

class SocketBuffers {
 public:
  // A new one, mapped; size_bytes is a multiple of the page size. EDQUOT: more than `quota_bytes`
  // together. ENOSPC: no free handle. ENOMEM, ENOSPC: so much memory is not there.
  Result<BufferMemory> create(uint64_t size_bytes, uint64_t quota_bytes);
  // nullptr: no such handle.
  SocketBuffer* find(uint32_t handle);
  void erase(uint32_t handle);

  const std::map<uint32_t, SocketBuffer>& all() const { return buffers_; }

 private:
  uint32_t free_handle();

  std::map<uint32_t, SocketBuffer> buffers_;
  uint64_t total_bytes_ = 0;
  uint32_t last_handle_ = 0;
};

}  // namespace geoneuron::client
