// SPDX-License-Identifier: MIT
// Loader: keeps models that are being parsed out of the way of everything else. Batches pass it on
// their way to the device; what loads a model waits here until that is parsed, and so does what
// comes after it of the same context: per context the order stays, across contexts nobody waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "worker/batch_queue.hpp"
#include "worker/model_parser.hpp"

namespace geoneuron::worker {

class Loader {
 public:
  // Both outlive it. Models that were parsed and are not yet stored have `budget_bytes` at most.
  Loader(ModelParser& parser, BatchQueue& device, uint64_t budget_bytes)
      : parser_(parser), device_(device), budget_bytes_(budget_bytes) {}

  // By one thread: passes the jobs of the batch on, at once or when their models are there. Of a
  // chain all go together.
  void route(std::unique_ptr<Batch> batch);
  // By the same thread: no more will come. The device's queue is closed when all is through.
  void close() { waiting_.close(); }

  // By another thread: parses, until close(). EPIPE where no parser can be had any more.
  Result<void> run();

 private:
  std::set<uint64_t> contexts_to_wait(const Batch& batch);
  void count(const Batch& batch, int by);
  Result<void> load_all(Batch& batch);
  Result<LoadedModel> load(const Job& job);
  Result<void> admit(uint64_t size_bytes) const;

  ModelParser& parser_;
  BatchQueue& device_;
  const uint64_t budget_bytes_;
  // Bytes of parsed models that are not yet stored. Shared with these, who may outlive the loader.
  std::shared_ptr<std::atomic<uint64_t>> on_the_way_ = std::make_shared<std::atomic<uint64_t>>(0);
  Handoff<Batch, 64> waiting_;
  std::mutex mutex_;
  std::map<uint64_t, size_t> contexts_;  // jobs of each that are in waiting_ or being loaded
};

}  // namespace geoneuron::worker
