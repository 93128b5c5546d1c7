// SPDX-License-Identifier: MIT
// KernelSession: the daemon's attachment to /dev/geoneuron-server. It ends with this object, by a
// DETACH. Move-only; one thread.
#pragma once

#include <linux/geoneuron.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ring/sealed_memory.hpp"

namespace geoneuron::daemon {

struct KernelBuffer {
  UniqueFd fd;  // can be mapped, and written where the command may write
  uint64_t size_bytes = 0;
  bool is_dmabuf = false;
};

class KernelSession {
 public:
  struct Options {
    std::string path;  // of the server's node
    bool standby = false;
    uint64_t lease_ns = 10'000'000'000;
  };
  // ENOENT, ENXIO, ENODEV: no module. EACCES: not for this user. EBUSY: another daemon has the
  // role. Others: what the calls say.
  static Result<KernelSession> attach(const Options& options);
  KernelSession(KernelSession&&) = default;
  KernelSession& operator=(KernelSession&&) = delete;
  ~KernelSession() { detach(); }

  int fd() const { return device_.get(); }
  // For every worker to inherit; ours is closed on exec.
  int fence_fd() const { return fence_.get(); }
  uint64_t lease_ns() const { return lease_ns_; }
  uint32_t epoch() const { return epoch_; }  // 0: a standby, as far as is known
  // Renews the lease, and learns of a promotion. ENOTCONN: the session is lost.
  Result<void> look();
  const geoneuron_record* records() const;

  // The buffer in a slot of a command that is ours. ESTALE: it is not, any more.
  Result<KernelBuffer> open_buffer(uint64_t command, size_t slot) const;
  // Says which command the daemon is at, so that this one is blamed should the daemon die of it;
  // 0: none. Returns the one before.
  uint64_t touch(uint64_t command) const;

  void detach();

 private:
  KernelSession(UniqueFd device, UniqueFd fence, ring::SealedMemory area, uint64_t lease_ns,
                uint32_t epoch);

  UniqueFd device_, fence_;
  ring::SealedMemory area_;
  uint64_t lease_ns_;
  uint32_t epoch_;
};

}  // namespace geoneuron::daemon
