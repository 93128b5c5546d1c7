// SPDX-License-Identifier: MIT
// ProgressWatch: tells how far a command is while the thread that submitted it waits: how far a
// count in its memory has got.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <geoneuron/geoneuron.hpp>
#include <mutex>
#include <thread>

namespace geoneuron::cli {

using TellProgress = std::function<void(uint64_t count)>;

class ProgressWatch {
 public:
  // Calls `tell` now and then, in a thread of its own, with the __u64 that `counter` begins with.
  // Both outlive it.
  ProgressWatch(const client::Buffer& counter, const TellProgress& tell);
  ProgressWatch(const ProgressWatch&) = delete;
  ~ProgressWatch();

 private:
  void watch();

  const uint64_t* count_;
  const TellProgress& tell_;
  std::mutex mutex_;  // guards is_over_
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace geoneuron::cli
