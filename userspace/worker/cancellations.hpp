// SPDX-License-Identifier: MIT
// Cancellations: jobs that the daemon wants to end before they begin. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "ring/protocol.hpp"

namespace geoneuron::worker {

class Cancellations {
 public:
  void add(uint64_t job) {
    const std::lock_guard lock(mutex_);
    // One for a job that has its reply is never taken out again: the oldest make room.
    if (jobs_.size() == ring::kRequestEntries) jobs_.pop_front();
    jobs_.push_back(job);
    any_.store(true, std::memory_order_release);
  }

  // Whether the job is to end; it is forgotten then.
  bool take(uint64_t job) {
    if (!any_.load(std::memory_order_acquire)) return false;
    const std::lock_guard lock(mutex_);
    const bool found = std::erase(jobs_, job) > 0;
    any_.store(!jobs_.empty(), std::memory_order_release);
    return found;
  }

 private:
  std::mutex mutex_;
  std::deque<uint64_t> jobs_;
  std::atomic<bool> any_{false};
};

}  // namespace geoneuron::worker
