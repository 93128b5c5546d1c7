// SPDX-License-Identifier: MIT
// Executor: runs the jobs of batches on one device. One thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/neuron_visualization_kernel.hpp"
#include "views/heatmaps.hpp"
#include "worker/cancellations.hpp"
#include "worker/context_store.hpp"
#include "worker/job.hpp"
#include "worker/outcome.hpp"
#include "worker/reply_writer.hpp"

namespace geoneuron::worker {

struct ExecutorOptions {
  std::string device = "auto";  // a selector as in engine/devices.hpp
  // Of all that lives here: half for what runs, an eighth for remembered answers, a quarter for
  // models and evicted perceptions on the host, an eighth for perceptions on the device.
  uint64_t budget_bytes = uint64_t{4} << 30;
  std::optional<uint64_t> device_bytes;  // in place of that eighth
  // Of those two, what each context may use.
  uint64_t context_device_bytes = UINT64_MAX, context_host_bytes = UINT64_MAX;
  uint32_t threads = 0;  // of the cores; 0: all
};

class Executor {
 public:
  // Opens the device, and runs what opens files once, so that none has to be opened later. Errors:
  // those of open_unit.
  static Result<std::unique_ptr<Executor>> open(const ExecutorOptions& options,
                                                Cancellations& cancellations);

  // Runs all jobs; each has its reply in `replies` once.
  void run(Batch& batch, ReplyQueue& replies);
  uint64_t largest_model_bytes() const { return store_.largest_model_bytes(); }
  // What it runs on, for people.
  const std::string& sentence() const { return sentence_; }
  // Whether there is a driver of hardware below, which wants ioctl.
  bool is_hardware() const { return is_hardware_; }

 private:
  struct HeatmapGroup {
    std::shared_ptr<const views::HeatmapStyle> style;
    uint64_t pixels = 0;
    std::vector<size_t> jobs;  // indices into the batch
  };

  Executor(const ExecutorOptions& options, std::unique_ptr<engine::TensorHome> home,
           Cancellations& cancellations);
  Result<void> warm_up();

  // Why the job must not begin, if so.
  std::optional<Error> refusal(const Job& job);
  std::vector<HeatmapGroup> heatmap_groups(const Batch& batch, std::vector<bool>& is_grouped) const;
  void run_heatmaps(Batch& batch, const HeatmapGroup& group, uint64_t begin_ns,
                    ReplyBatch& replies);
  // Where the map and its picture lie, or the outcome where it cannot be painted.
  std::variant<views::Heatmap, Outcome> find_heatmap(const Job& job);
  Outcome run_job(const Job& job);
  Outcome load_model(const Job& job);
  Outcome perceive(const Job& job);
  Outcome render(const Job& job);
  Outcome release(const Job& job);
  Outcome query(const Job& job);
  void note_chain(const Job& job, bool has_failed);
  void reply(const Job& job, const Outcome& outcome, uint64_t begin_ns, uint64_t device_ns,
             ReplyBatch& replies) const;

  Cancellations& cancellations_;
  std::unique_ptr<engine::TensorHome> home_;
  ContextStore store_;
  std::unique_ptr<engine::NeuralPerceptionKernel> kernel_;
  std::unique_ptr<engine::NeuronVisualizationKernel> pictures_;
  std::deque<std::vector<float>> copies_;  // of maps that begin at an odd byte
  std::string sentence_;
  std::string device_reason_;
  bool is_hardware_ = false;
  bool in_chain_ = false;      // the job before asked for the next to follow
  bool chain_failed_ = false;  // and one of that chain failed
};

}  // namespace geoneuron::worker
