// SPDX-License-Identifier: MIT
#include "cli/local_backend.hpp"

#include "cli/tensor_names.hpp"
#include "cli/terminal.hpp"
#include "engine/cpu/evaluate.hpp"
#include "engine/neuron_visualization_kernel.hpp"
#include "engine/pass_measurement.hpp"

namespace geoneuron::cli {
namespace {

using engine::NeuralPerceptionKernel;
using perception::Model;
using perception::TensorInfo;

// Runs measured for each number of passes; their median counts.
constexpr size_t kMeasuredRuns = 10;

engine::KernelOptions kernel_options(const BackendOptions& options) {
  engine::KernelOptions result;
  result.optimize = options.optimize;
  result.cache = options.cache;
  if (options.budget_bytes) result.memory_budget_bytes = *options.budget_bytes;
  return result;
}

// Where "auto" does not mean what one would expect, people should know before they wait.
void note_fall_back(const engine::OpenedUnit& opened) {
  if (opened.fell_back)
    note("device: " + opened.unit->description().id + ", because " + opened.reason);
}

// Neither all zero, which would make sums trivially fast or slow, nor large: zeros and ones.
Result<perception::Tensor> measuring_tensor(const TensorInfo& info) {
  perception::Tensor tensor = GN_TRY(perception::Tensor::allocate(info));
  perception::dispatch(info.type, [&]<typename T>() {
    const auto values = tensor.mutable_values<T>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i % 2);
  });
  return tensor;
}

Result<engine::PerceptionRequest> measuring_request(
    const std::shared_ptr<const Model>& model, const std::map<std::string, TensorInfo>& inputs) {
  engine::PerceptionRequest request;
  request.model = model;
  request.use_cache = false;
  for (const perception::ValueId id : model->graph.inputs) {
    const std::string& name = model->graph.at(id).name;
    const auto info = inputs.find(name);
    if (info == inputs.end())
      return invalid("input %s: its shape is open; give it with --shape %s=N,... to measure",
                     name.c_str(), name.c_str());
    request.inputs[name] = GN_TRY(measuring_tensor(info->second));
  }
  for (const std::string& name : output_names(model->graph)) request.keep.insert(name);
  return request;
}

}  // namespace

struct LocalBackend::Parts {
  std::unique_ptr<NeuralPerceptionKernel> kernel;
  std::string reason;
  std::unique_ptr<engine::NeuronVisualizationKernel> pictures;
};

uint64_t budget_of(const BackendOptions& options) {
  return kernel_options(options).memory_budget_bytes;
}

DeviceOverview device_overview() {
  engine::DeviceList list = engine::list_devices();
  Result<engine::DeviceChoice> automatic = engine::choose_device("auto", list);
  return {std::move(list), std::move(automatic)};
}

LocalBackend::LocalBackend(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LocalBackend::~LocalBackend() = default;

Result<std::unique_ptr<LocalBackend>> LocalBackend::open(const BackendOptions& options,
                                                         engine::Profiler* profiler) {
  engine::OpenedUnit opened =
      GN_TRY(engine::open_unit(options.device, {.threads = options.threads}));
  note_fall_back(opened);
  auto parts = std::make_unique<Parts>();
  parts->reason = opened.reason;
  parts->pictures = engine::NeuronVisualizationKernel::on(opened, profiler);
  parts->kernel = GN_TRY(
      NeuralPerceptionKernel::create(std::move(opened.unit), kernel_options(options), profiler));
  return std::unique_ptr<LocalBackend>(new LocalBackend(std::move(parts)));
}

const engine::DeviceDescription& LocalBackend::device() const {
  return parts_->kernel->unit().description();
}

const std::string& LocalBackend::device_reason() const {
  return parts_->reason;
}

Result<engine::PerceptionReport> LocalBackend::run(const engine::PerceptionRequest& request,
                                                   const engine::KeptTensorSink& sink) {
  return parts_->kernel->process_data(request, sink);
}

Result<views::Image> LocalBackend::render(const std::string& view,
                                          const views::ViewRequest& request) {
  return parts_->pictures->render(view, request);
}

Result<ConformanceReport> LocalBackend::conformance(const std::string& folder,
                                                    const ConformanceOptions& options) {
  return run_conformance(folder, *parts_->kernel, options);
}

Result<std::shared_ptr<const Model>> load_model(const std::string& path) {
  return std::make_shared<const Model>(GN_TRY(perception::load_onnx(path)));
}

Result<perception::ModelDescription> inspect_model(
    const std::string& path, const std::map<std::string, perception::Shape>& shapes) {
  return perception::describe_model(path, shapes, engine::evaluate_on_cpu);
}

Result<PassReport> predict_passes(const Model& model,
                                  const std::map<std::string, TensorInfo>& inputs) {
  perception::OptimizerOptions options;
  for (const auto& [name, info] : inputs)
    if (const auto id = model.graph.find(name)) options.inputs[*id] = info;
  const perception::AlgorithmicOptimizer optimizer(engine::evaluate_on_cpu);
  perception::OptimizedGraph optimized = GN_TRY(optimizer.optimize(model.graph, options));
  PassReport report;
  report.changes = std::move(optimized.metadata);
  const auto names = perception::pass_names();
  report.passes = summarised(report.changes, {names.begin(), names.end()});
  return report;
}

Result<PassReport> measure_passes(const std::shared_ptr<const Model>& model,
                                  const std::map<std::string, TensorInfo>& inputs,
                                  const BackendOptions& options) {
  PassReport report = GN_TRY(predict_passes(*model, inputs));
  const engine::PerceptionRequest request = GN_TRY(measuring_request(model, inputs));
  const auto make_unit = [&]() -> Result<std::unique_ptr<engine::ParallelProcessingUnit>> {
    engine::OpenedUnit opened =
        GN_TRY(engine::open_unit(options.device, {.threads = options.threads}));
    const engine::DeviceDescription device = opened.unit->description();
    if (report.device && report.device->id != device.id)
      return make_error(ENODEV, "%s: was lost while measuring; %s would go on in its place",
                        report.device->id.c_str(), device.id.c_str());
    if (!report.device) note_fall_back(opened);
    report.device = device;
    report.device_reason = opened.reason;
    return std::move(opened.unit);
  };
  engine::PassMeasurement measured =
      GN_TRY(engine::measure_passes(make_unit, request, kernel_options(options), kMeasuredRuns));
  for (PassSummary& pass : report.passes)
    for (const engine::PassGain& gain : measured.passes)
      if (gain.pass == pass.pass) pass.measured_saved_ns = gain.saved_ns;
  report.unoptimized_ns = measured.plain_ns;
  report.optimized_ns = measured.optimized_ns;
  report.nodes = std::move(measured.nodes);
  return report;
}

}  // namespace geoneuron::cli
