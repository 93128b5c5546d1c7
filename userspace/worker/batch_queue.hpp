// SPDX-License-Identifier: MIT
// BatchQueue: batches on their way to the device. Any thread pushes, one pops.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "worker/handoff.hpp"
#include "worker/job.hpp"

namespace geoneuron::worker {

class BatchQueue {
 public:
  void push(std::unique_ptr<Batch> batch) {
    // Who waits for room in here holds up the others, who would wait too; the popping thread takes
    // no lock.
    const std::lock_guard lock(mutex_);
    handoff_.push(std::move(batch));
  }
  // As Handoff's.
  std::unique_ptr<Batch> pop() { return handoff_.pop(); }
  void close() {
    const std::lock_guard lock(mutex_);
    handoff_.close();
  }

 private:
  std::mutex mutex_;
  Handoff<Batch, 64> handoff_;
};

}  // namespace geoneuron::worker
