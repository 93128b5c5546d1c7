// SPDX-License-Identifier: MIT
// Quotas: what each user has of what is counted, and how much that may be. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <unordered_map>

#include "base/result.hpp"

namespace geoneuron::daemon {

struct QuotaLimits {
  uint64_t contexts = 1024;
  uint64_t buffer_bytes = uint64_t{4} << 30;
  uint64_t buffers = 4096;  // each costs the daemon an fd
};

class Quotas {
 public:
  explicit Quotas(const QuotaLimits& limits) : limits_(limits) {}
  // What is taken already stays, even where it is more.
  void set_limits(const QuotaLimits& limits) { limits_ = limits; }
  const QuotaLimits& limits() const { return limits_; }

  // EDQUOT, with what the user has.
  Result<void> take_context(uid_t user);
  Result<void> take_buffer(uid_t user, uint64_t size_bytes);
  // Of what was taken.
  void give_context(uid_t user);
  void give_buffer(uid_t user, uint64_t size_bytes);

  uint64_t contexts_of(uid_t user) const;

 private:
  struct Use {
    uint64_t contexts = 0, buffers = 0, buffer_bytes = 0;
  };
  void drop_if_empty(uid_t user);

  QuotaLimits limits_;
  std::unordered_map<uid_t, Use> users_;
};

}  // namespace geoneuron::daemon
