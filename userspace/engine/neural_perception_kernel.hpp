// SPDX-License-Identifier: MIT
// NeuralPerceptionKernel: joins importer, optimiser, planner, memory manager, cache, profiler and a
// processing unit into one call. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/parallel_processing_unit.hpp"
#include "engine/profiler.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/model.hpp"

namespace geoneuron::engine {

struct KernelOptions {
  bool optimize = true;
  bool cache = true;
  // Only the first so many optimiser passes: for measuring what each gains.
  size_t pass_count = SIZE_MAX;
  uint64_t memory_budget_bytes = uint64_t{2} << 30;  // all that a run holds, device and host
  uint64_t cache_budget_bytes = uint64_t{256} << 20;
  size_t maximum_plans = 8;  // prepared programs kept per model, least recently used goes first
};

struct PerceptionRequest {
  std::shared_ptr<const perception::Model> model;
  std::map<std::string, perception::Tensor> inputs;  // by name
  std::set<std::string> keep;                        // value names; graph outputs must be named too
  bool use_cache = true;
  // Only the first so many optimiser passes, of those that the kernel's options allow.
  size_t pass_count = SIZE_MAX;
  // All that this run may hold, device and host; the kernel's budget where that is less.
  uint64_t budget_bytes = UINT64_MAX;
  // Notes this run in place of the kernel's own, where it is not null.
  Profiler* profiler = nullptr;
  // The inputs lie in memory that somebody else may be writing to, and that stays until the run is
  // over: where the answer is not remembered, numbers that decide no shape are not copied first.
  bool reads_in_place = false;
};

// What became of one node of the optimised graph, in its order.
struct NodeRun {
  std::string node;
  std::string op;
  std::string where;      // "cpu" or the device's id
  std::string algorithm;  // the engine's; "ahead": shape arithmetic done while planning
  uint64_t duration_ns = 0;
};

struct PerceptionReport {
  std::vector<NodeRun> nodes;
  std::vector<perception::OptimizationMetadata> passes;
  bool from_cache = false;
  // Arena, constants, scratch, staging, inputs, copies on the host; other prepared plans included.
  uint64_t predicted_peak_bytes = 0;
  uint64_t peak_bytes = 0;      // the same by the memory manager's books
  uint64_t bytes_in_place = 0;  // of the inputs, those that were read where they lay
  uint64_t duration_ns = 0;
};

// Receives each kept tensor once, kept inputs and constants first, then in order of production;
// with a cache hit likewise. It may hold on to the tensor.
using KeptTensorSink =
    std::function<Result<void>(const std::string& name, const perception::Tensor& tensor)>;

class NeuralPerceptionKernel {
 public:
  // `profiler` may be null and outlives the kernel. `evaluate` computes constants and shape
  // arithmetic; evaluate_on_cpu where it is empty. Errors: EINVAL for a null unit or a budget of 0.
  static Result<std::unique_ptr<NeuralPerceptionKernel>> create(
      std::unique_ptr<ParallelProcessingUnit> unit, const KernelOptions& options,
      Profiler* profiler, perception::Evaluate evaluate = {});
  virtual ~NeuralPerceptionKernel() = default;

  // Runs the model on a private copy of the inputs (but see reads_in_place) and hands every kept
  // tensor to `sink`. Errors: EINVAL for a wrong, missing or misshapen input, an unknown input or
  // keep name (with the nearest names) or an empty keep set, ENOMEM over budget, ENODEV when the
  // device is lost, what `sink` returned.
  virtual Result<PerceptionReport> process_data(const PerceptionRequest& request,
                                                const KeptTensorSink& sink) = 0;
  virtual ParallelProcessingUnit& unit() = 0;
};

}  // namespace geoneuron::engine
