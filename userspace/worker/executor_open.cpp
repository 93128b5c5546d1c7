// SPDX-License-Identifier: MIT
// Executor: opening a device, and doing once what opens files.
#include <algorithm>
#include <utility>

#include "views/text.hpp"
#include "worker/executor.hpp"

namespace geoneuron::worker {
namespace {

using perception::DataType;
using perception::Graph;
using perception::Model;
using perception::Shape;
using perception::Tensor;
using perception::ValueId;

perception::Declaration declared(std::initializer_list<int64_t> extents) {
  perception::Declaration result{DataType::kFloat32, std::vector<perception::Dimension>()};
  for (const int64_t extent : extents) result.dimensions->push_back({extent, ""});
  return result;
}

// A product of two matrices and a Relu: enough to load libraries and start threads.
std::shared_ptr<const Model> small_model() {
  Model model;
  Graph& graph = model.graph;
  const ValueId x = graph.add_value({"x", declared({4, 4}), std::nullopt});
  const std::vector<float> weights(16, 0.5f);
  const ValueId w =
      graph.add_value({"w", declared({4, 4}), Tensor::from<float>(Shape{4, 4}, weights)});
  const ValueId product = graph.add_value({"product", declared({4, 4}), std::nullopt});
  const ValueId y = graph.add_value({"y", declared({4, 4}), std::nullopt});
  graph.nodes.push_back({perception::Operator::kMatMul, "matmul", {x, w}, {product}, {}, {}});
  graph.nodes.push_back({perception::Operator::kRelu, "relu", {product}, {y}, {}, {}});
  graph.inputs = {x};
  graph.outputs = {y};
  return std::make_shared<const Model>(std::move(model));
}

StoreBudgets budgets(const ExecutorOptions& options) {
  return {.device = options.device_bytes.value_or(options.budget_bytes / 8),
          .host = options.budget_bytes / 4,
          .context_device = options.context_device_bytes,
          .context_host = options.context_host_bytes};
}

}  // namespace

Executor::Executor(const ExecutorOptions& options, std::unique_ptr<engine::TensorHome> home,
                   Cancellations& cancellations)
    : cancellations_(cancellations), home_(std::move(home)), store_(budgets(options), *home_) {}

Result<std::unique_ptr<Executor>> Executor::open(const ExecutorOptions& options,
                                                 Cancellations& cancellations) {
  if (options.budget_bytes < 8) return invalid("--budget: must be at least 8 bytes");
  engine::OpenedUnit opened =
      GN_TRY(engine::open_unit(options.device, {.threads = options.threads}));
  auto executor = std::unique_ptr<Executor>(
      new Executor(options, engine::TensorHome::on(opened), cancellations));
  const engine::DeviceDescription& device = opened.unit->description();
  executor->sentence_ = device.id + ", " + device.name + ", because " + opened.reason;
  executor->device_reason_ = opened.reason;
  executor->is_hardware_ = device.is_hardware;
  executor->pictures_ = engine::NeuronVisualizationKernel::on(opened, nullptr);
  engine::KernelOptions kernel;
  kernel.memory_budget_bytes = options.budget_bytes / 2;
  kernel.cache_budget_bytes = options.budget_bytes / 8;
  executor->kernel_ =
      GN_TRY(engine::NeuralPerceptionKernel::create(std::move(opened.unit), kernel, nullptr));
  GN_TRY(executor->warm_up());
  return executor;
}

Result<void> Executor::warm_up() {
  GN_TRY(views::Font::get());
  GN_TRY(views::Font::get(views::FontWeight::kBold));
  // As it is, and with limits that let a device guess indices: two variants of one shader.
  std::vector<float> elements(64, 1.0f);
  std::vector<views::Rgba8> pixels(64);
  const views::Heatmap map{elements.data(), 8, 8, 1, pixels.data()};
  for (const float first : {1.0f, 0.0f}) {
    elements.front() = first;
    GN_TRY(pictures_->device().paint_heatmaps({&map, 1}, {}, {}));
  }
  engine::PerceptionRequest request;
  request.model = small_model();
  request.inputs["x"] = Tensor::from<float>(Shape{4, 4}, std::vector<float>(16, 1.0f));
  request.keep = {"y"};
  request.use_cache = false;
  GN_TRY(kernel_->process_data(request,
                               [](const std::string&, const Tensor&) { return Result<void>(); }));
  return {};
}

}  // namespace geoneuron::worker
