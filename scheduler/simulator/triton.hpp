// SPDX-License-Identifier: MIT
// TritonBatcher: a dynamic batcher in the manner of NVIDIA's Triton Inference Server (as its
// documentation, "Model Configuration", and its scheduler describe it): each model has a queue with
// priority levels, and instances that take a batch when they are free. A batch is the longest run
// of requests at the queue's head that makes a preferred size; where there is none, the queue waits
// for more until its oldest request has waited for the maximum delay. A request of another shape
// ends the run. Requests time out in the queue. Devices run what all models send, first come first
// served.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "simulator/dispatcher.hpp"

namespace geoneuron::simulator {

struct TritonOptions {
  std::set<size_t> preferred = {64};
  size_t most = 64;  // jobs in a batch
  uint64_t delay_ns = 0;
  uint32_t instances = 1;  // of each model
  // Each shape is a model of its own: none ends another's run.
  bool model_per_shape = false;
};

class TritonBatcher : public Dispatcher {
 public:
  explicit TritonBatcher(TritonOptions options) : options_(std::move(options)) {}

  void add_client(policy::ClientId, policy::UserId) override {}
  bool submit(const DispatchedJob& job, uint64_t now_ns) override;
  bool cancel(policy::JobId job) override;
  void finished(policy::BatchId batch, const std::vector<policy::Measured>& jobs,
                uint64_t now_ns) override;
  std::vector<policy::JobId> lose_worker(policy::WorkerId worker, uint64_t now_ns) override;
  void resume_worker(policy::WorkerId worker) override { up_.insert(worker); }
  policy::Decision decide(uint64_t now_ns) override;

 private:
  struct Pending {
    policy::Job job;
    uint64_t since_ns = 0;
  };
  struct Model {
    std::array<std::deque<Pending>, policy::kClasses> levels;  // by class
    uint32_t busy = 0;                                         // instances
  };
  using ModelKey = std::pair<policy::WorkerId, uint64_t>;
  struct Running {
    policy::Batch batch;
    Model* model = nullptr;
    std::vector<policy::Job> jobs;
  };

  ModelKey model_of(const DispatchedJob& job) const;
  void time_out(Model& model, uint64_t now_ns, policy::Decision& decision);
  std::vector<Pending> head(const Model& model, bool& ended) const;
  size_t choose(const Model& model, uint64_t now_ns, uint64_t& again_ns) const;
  void send(Model& model, size_t jobs, policy::Decision& decision);
  // Returns the next member of its chain to the queue.
  void over(const policy::Job& job);

  static constexpr uint64_t kNoTime_ns = ~uint64_t{0};

  const TritonOptions options_;
  uint64_t batches_made_ = 0;
  std::map<ModelKey, Model> models_;
  std::map<policy::BatchId, Running> running_;
  std::unordered_map<uint64_t, std::deque<DispatchedJob>> chains_;  // what is behind their first
  std::set<policy::WorkerId> up_;
  uint64_t now_ns_ = 0;
  bool timeouts_ = false;  // some requests time out
};

}  // namespace geoneuron::simulator
