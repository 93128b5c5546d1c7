// SPDX-License-Identifier: MIT
// Handoff: passes objects from one thread to another, in order. One thread pushes, one pops.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <memory>

namespace geoneuron::worker {

template <typename T, size_t kPlaces>
class Handoff {
 public:
  ~Handoff() {
    while (pop_now() != nullptr) {
    }
  }

  // Waits while all places are taken.
  void push(std::unique_ptr<T> object) {
    T* raw = object.release();
    for (;;) {
      // Read before the attempt: a place that is freed in between ends the wait at once.
      const uint32_t popped = popped_.load(std::memory_order_acquire);
      if (queue_.push(raw)) break;
      popped_.wait(popped, std::memory_order_acquire);
    }
    pushed_.fetch_add(1, std::memory_order_release);
    pushed_.notify_one();
  }

  // The next object; waits for it. nullptr: there will be none any more.
  std::unique_ptr<T> pop() {
    for (;;) {
      const uint32_t pushed = pushed_.load(std::memory_order_acquire);
      if (auto object = pop_now()) return object;
      if (closed_.load(std::memory_order_acquire)) return pop_now();
      pushed_.wait(pushed, std::memory_order_acquire);
    }
  }

  // By the pushing thread: pop() returns what was pushed before, then nullptr.
  void close() {
    closed_.store(true, std::memory_order_release);
    pushed_.fetch_add(1, std::memory_order_release);
    pushed_.notify_one();
  }

 private:
  std::unique_ptr<T> pop_now() {
    T* raw = nullptr;
    if (!queue_.pop(raw)) return nullptr;
    popped_.fetch_add(1, std::memory_order_release);
    popped_.notify_one();
    return std::unique_ptr<T>(raw);
  }

  boost::lockfree::spsc_queue<T*, boost::lockfree::capacity<kPlaces>> queue_;
  // Counters to sleep on; what they count does not matter, only that they change.
  std::atomic<uint32_t> pushed_{0};
  std::atomic<uint32_t> popped_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace geoneuron::worker
