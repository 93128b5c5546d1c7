// SPDX-License-Identifier: MIT
// Handoff: passes objects from one thread to another, in order. One thread pushes, one pops.
#pragma once

#include <boost/lockfree/spsc_queue.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

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
    if (!queue_.push(raw)) wait([&] { return queue_.push(raw); });
    notify();
  }

  // The next object; waits for it. nullptr: there will be none any more.
  std::unique_ptr<T> pop() {
    std::unique_ptr<T> object = pop_now();
    if (object == nullptr)
      wait(
          [&] { return (object = pop_now()) != nullptr || (closed_ && !queue_.read_available()); });
    if (object != nullptr) notify();
    return object;
  }

  // By the pushing thread: pop() returns what was pushed before, then nullptr.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_one();
  }

 private:
  std::unique_ptr<T> pop_now() {
    T* raw = nullptr;
    queue_.pop(raw);
    return std::unique_ptr<T>(raw);
  }

  // Sleeping without a turn of spinning or yielding first: on a busy machine these cost the very
  // thread that is waited for its time.
  template <typename Condition>
  void wait(const Condition& condition) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.wait(lock, condition);
    --waiting_;
  }

  // The queue has changed. Taking the lock closes the race with one who has just looked at the
  // queue and is about to sleep.
  void notify() {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_ == 0) return;
    }
    changed_.notify_all();
  }

  boost::lockfree::spsc_queue<T*, boost::lockfree::capacity<kPlaces>> queue_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  int waiting_ = 0;  // threads
  bool closed_ = false;
};

}  // namespace geoneuron::worker
