// SPDX-License-Identifier: MIT
#include "cli/progress_watch.hpp"

#include <chrono>

namespace geoneuron::cli {
namespace {

constexpr std::chrono::milliseconds kPeriod{50};

}  // namespace

ProgressWatch::ProgressWatch(const client::Buffer& counter, const TellProgress& tell)
    : count_(counter.as<uint64_t>().data()), tell_(tell), thread_([this] { watch(); }) {}

ProgressWatch::~ProgressWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void ProgressWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!over_.wait_for(lock, kPeriod, [this] { return is_over_; }))
    // The worker writes it while it is read here; only the number itself is told by it.
    tell_(__atomic_load_n(count_, __ATOMIC_RELAXED));
}

}  // namespace geoneuron::cli
