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
#include "perception/onnx_import.hpp"

namespace geoneuron::engine {

struct KernelOptions {
  bool optimize = true;
  bool cache = true;
  uint64_t memory_budget_bytes = uint64_t{2} << 30;  // device memory: weights, arena, staging
  uint64_t cache_budget_bytes = uint64_t{256} << 20;
  size_t maximum_plans = 8;  // prepared programs kept per model, least recently used goes first
};

struct PerceptionRequest {
  std::shared_ptr<const perception::Model> model;
  std::map<std::string, perception::Tensor> inputs;  // by name
  std::set<std::string> keep;                        // value names; graph outputs must be named too
  bool use_cache = true;
};

struct NodeRun {
  std::string node;
  std::string op;
  std::string where;
  std::string algorithm;
  uint64_t duration_ns = 0;
};

struct PerceptionReport {
  std::vector<NodeRun> nodes;
  std::vector<perception::OptimizationMetadata> passes;
  bool from_cache = false;
  uint64_t predicted_peak_bytes = 0;
  uint64_t peak_bytes = 0;
  uint64_t duration_ns = 0;
};

// Receives each kept tensor, in order of production; with a full cache hit likewise.
using KeptTensorSink =
    std::function<Result<void>(const std::string& name, const perception::Tensor& tensor)>;

class NeuralPerceptionKernel {
 public:
  static Result<std::unique_ptr<NeuralPerceptionKernel>> create(
      std::unique_ptr<ParallelProcessingUnit> unit, const KernelOptions& options,
      Profiler* profiler);
  virtual ~NeuralPerceptionKernel() = default;

  // Runs the model on the inputs and hands every kept tensor to `sink`. Errors: EINVAL for a wrong,
  // missing or misshapen input or an unknown keep name (with the nearest names), ENOMEM over
  // budget.
  virtual Result<PerceptionReport> process_data(const PerceptionRequest& request,
                                                const KeptTensorSink& sink) = 0;
  virtual ParallelProcessingUnit& unit() = 0;
};

}  // namespace geoneuron::engine
