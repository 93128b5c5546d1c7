// SPDX-License-Identifier: MIT
#include "engine/neural_perception_kernel.hpp"

#include <algorithm>
#include <new>

#include "engine/caching_system.hpp"
#include "engine/cpu/evaluate.hpp"
#include "engine/model_store.hpp"
#include "engine/perception_run.hpp"
#include "engine/plan_store.hpp"
#include "engine/request_check.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::engine {
namespace {

using perception::Tensor;
using perception::ValueId;

// Adds up what is handed out, until it is too large to be remembered.
class AnswerCollector {
 public:
  explicit AnswerCollector(uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}
  void add(const std::string& name, const Tensor& tensor) {
    if (gave_up_) return;
    answer_.tensors.emplace_back(name, tensor);
    bytes_ += tensor.size_bytes();
    gave_up_ = bytes_ > budget_bytes_;
    if (gave_up_) answer_.tensors.clear();
  }
  bool gave_up() const { return gave_up_; }
  CacheAnswer take() { return std::move(answer_); }

 private:
  CacheAnswer answer_;
  uint64_t budget_bytes_;
  uint64_t bytes_ = 0;
  bool gave_up_ = false;
};

// Another budget for as long as it lives.
class RunBudget {
 public:
  RunBudget(MemoryManager& memory, uint64_t bytes)
      : memory_(memory), before_bytes_(memory.budget_bytes(kDeviceHeap)) {
    memory_.set_budget(kDeviceHeap, std::min(bytes, before_bytes_));
  }
  RunBudget(const RunBudget&) = delete;
  ~RunBudget() { memory_.set_budget(kDeviceHeap, before_bytes_); }

 private:
  MemoryManager& memory_;
  uint64_t before_bytes_;
};

// Inputs that must be copied before they are read. The others may change meanwhile: they are
// floating-point numbers, of which no engine makes an address, decide no shape, and nobody keeps
// them.
NamedTensors unsafe_in_place(const PerceptionRequest& request) {
  if (!request.reads_in_place) return request.inputs;
  const perception::Graph& graph = request.model->graph;
  const std::vector<bool> decides = perception::shape_values(graph);
  NamedTensors copied;
  for (const auto& [name, tensor] : request.inputs) {
    const auto id = graph.find(name);
    const bool is_aligned =
        reinterpret_cast<uintptr_t>(tensor.bytes().data()) % Tensor::kAlignmentBytes == 0;
    const bool is_safe = id && is_floating(tensor.type()) && is_aligned && !decides[index(*id)] &&
                         !request.keep.contains(name);
    if (!is_safe) copied.emplace(name, tensor);
  }
  return copied;
}

class Kernel : public NeuralPerceptionKernel {
 public:
  Kernel(std::unique_ptr<ParallelProcessingUnit> unit, const KernelOptions& options,
         Profiler* profiler, perception::Evaluate evaluate)
      : unit_(std::move(unit)),
        options_(options),
        profiler_(profiler),
        evaluate_(std::move(evaluate)),
        memory_({{"device", options.memory_budget_bytes}}),
        cache_(options.cache_budget_bytes),
        plans_(*unit_, memory_, options.maximum_plans) {}

  Result<PerceptionReport> process_data(const PerceptionRequest& request,
                                        const KeptTensorSink& sink) override;
  ParallelProcessingUnit& unit() override { return *unit_; }

 private:
  Result<PerceptionReport> process(const PerceptionRequest& request, const KeptTensorSink& sink);
  Result<PerceptionReport> look_up_or_run(const PerceptionRequest& request,
                                          const std::set<ValueId>& keep,
                                          std::map<ValueId, Tensor> inputs,
                                          const NamedTensors& snapshot, const KeptTensorSink& sink);
  Result<PerceptionReport> run(const PerceptionRequest& request, const std::set<ValueId>& keep,
                               std::map<ValueId, Tensor> inputs, const KeptTensorSink& sink);
  bool remembers(const PerceptionRequest& request) const;
  CacheKey key_of_request(const PerceptionRequest& request, const NamedTensors& snapshot) const;
  Profiler* profiler_of(const PerceptionRequest& request) const {
    return request.profiler != nullptr ? request.profiler : profiler_;
  }
  size_t pass_count(const PerceptionRequest& request) const {
    return options_.optimize ? std::min(options_.pass_count, request.pass_count) : 0;
  }

  // Programs must go before the books that they are in, and these before the unit.
  std::unique_ptr<ParallelProcessingUnit> unit_;
  KernelOptions options_;
  Profiler* profiler_;
  perception::Evaluate evaluate_;
  MemoryManager memory_;
  CachingSystem cache_;
  ModelStore models_;
  PlanStore plans_;
};

// What the standard library and OpenMP's loops throw ends here.
Result<PerceptionReport> Kernel::process_data(const PerceptionRequest& request,
                                              const KeptTensorSink& sink) {
  try {
    return process(request, sink);
  } catch (const std::bad_alloc&) {
    return make_error(ENOMEM,
                      "this machine has no memory left for the run: keep less, or give "
                      "--budget");
  }
}

Result<PerceptionReport> Kernel::process(const PerceptionRequest& request,
                                         const KeptTensorSink& sink) {
  const uint64_t begin_ns = now_ns();
  if (request.model == nullptr) return invalid("the request names no model");
  const perception::Graph& graph = request.model->graph;
  GN_TRY(checked_inputs(graph, request.inputs));
  const std::set<ValueId> keep = GN_TRY(checked_keep(graph, request.keep));
  uint64_t input_bytes = 0;
  for (const auto& [name, tensor] : request.inputs) input_bytes += tensor.size_bytes();
  const RunBudget budget(memory_, request.budget_bytes);
  plans_.make_room(input_bytes);
  const NamedTensors to_copy = remembers(request) ? request.inputs : unsafe_in_place(request);
  const Snapshot copies = GN_TRY(snapshot(to_copy, memory_));
  NamedTensors tensors = copies.tensors;
  tensors.insert(request.inputs.begin(), request.inputs.end());
  std::map<ValueId, Tensor> inputs = GN_TRY(checked_inputs(graph, tensors));
  PerceptionReport report = GN_TRY(look_up_or_run(request, keep, std::move(inputs), tensors, sink));
  for (const auto& [name, tensor] : request.inputs)
    if (!to_copy.contains(name)) report.bytes_in_place += tensor.size_bytes();
  report.duration_ns = now_ns() - begin_ns;
  if (Profiler* profiler = profiler_of(request))
    profiler->add({graph.name.empty() ? "perception" : graph.name,
                   "perception",
                   "host",
                   begin_ns,
                   report.duration_ns,
                   {{"from cache", report.from_cache ? "yes" : "no"}}});
  return report;
}

// Models without a digest are of somebody's making.
bool Kernel::remembers(const PerceptionRequest& request) const {
  return options_.cache && request.use_cache && !request.model->digest.empty();
}

// Look-up comes before compute.
Result<PerceptionReport> Kernel::look_up_or_run(const PerceptionRequest& request,
                                                const std::set<ValueId>& keep,
                                                std::map<ValueId, Tensor> inputs,
                                                const NamedTensors& copies,
                                                const KeptTensorSink& sink) {
  if (!remembers(request)) return run(request, keep, std::move(inputs), sink);
  const CacheKey key = key_of_request(request, copies);
  Profiler* profiler = profiler_of(request);
  if (const auto answer = cache_.retrieve(key)) {
    if (profiler != nullptr) profiler->count("cache hits", 1);
    PerceptionReport report;
    report.from_cache = true;
    for (const auto& [name, tensor] : answer->tensors) GN_TRY(sink(name, tensor));
    return report;
  }
  if (profiler != nullptr) profiler->count("cache misses", 1);
  const uint64_t begin_ns = now_ns();
  AnswerCollector collector(cache_.budget_bytes());
  PerceptionReport report = GN_TRY(
      run(request, keep, std::move(inputs), [&](const std::string& name, const Tensor& tensor) {
        collector.add(name, tensor);
        return sink(name, tensor);
      }));
  if (!collector.gave_up()) cache_.store(key, collector.take(), now_ns() - begin_ns);
  return report;
}

Result<PerceptionReport> Kernel::run(const PerceptionRequest& request,
                                     const std::set<ValueId>& keep,
                                     std::map<ValueId, Tensor> inputs, const KeptTensorSink& sink) {
  memory_.reset_peak(kDeviceHeap);
  perception::OptimizerOptions optimizer_options;
  optimizer_options.pass_count = pass_count(request);
  optimizer_options.keep = keep;
  for (const auto& [id, tensor] : inputs) optimizer_options.inputs[id] = tensor.info();
  const std::shared_ptr<const OptimizedModel> model =
      GN_TRY(models_.find_or_optimize(request.model, optimizer_options, evaluate_));
  PerceptionReport report;
  report.passes = model->metadata;
  PerceptionRun one({evaluate_, *unit_, memory_, plans_, profiler_of(request)}, *model,
                    std::move(inputs));
  GN_TRY(one.run(sink, report));
  report.peak_bytes = memory_.peak_bytes(kDeviceHeap);
  return report;
}

CacheKey Kernel::key_of_request(const PerceptionRequest& request,
                                const NamedTensors& copies) const {
  const DeviceDescription& device = unit_->description();
  CacheQuestion question;
  question.model_digest = request.model->digest;
  question.device =
      device.id + "\n" + device.name + "\n" + device.driver + "\n" + std::to_string(device.threads);
  question.flags = "passes " + std::to_string(pass_count(request));
  question.keep = request.keep;
  question.inputs = &copies;
  return key_of(question);
}

}  // namespace

Result<std::unique_ptr<NeuralPerceptionKernel>> NeuralPerceptionKernel::create(
    std::unique_ptr<ParallelProcessingUnit> unit, const KernelOptions& options, Profiler* profiler,
    perception::Evaluate evaluate) {
  if (unit == nullptr) return invalid("the kernel needs a device to run on");
  if (options.memory_budget_bytes == 0) return invalid("the memory budget must not be 0");
  if (!evaluate) evaluate = evaluate_on_cpu;
  return std::unique_ptr<NeuralPerceptionKernel>(
      std::make_unique<Kernel>(std::move(unit), options, profiler, std::move(evaluate)));
}

}  // namespace geoneuron::engine
