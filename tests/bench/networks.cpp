// SPDX-License-Identifier: MIT
#include "bench/networks.hpp"

#include <random>

namespace geoneuron::bench {

using perception::Tensor;

Result<Runner> Runner::create(std::unique_ptr<engine::ParallelProcessingUnit> unit,
                              const engine::KernelOptions& options,
                              engine::PerceptionRequest request) {
  return Runner(GN_TRY(engine::NeuralPerceptionKernel::create(std::move(unit), options, nullptr)),
                std::move(request));
}

Result<engine::PerceptionReport> Runner::run() {
  return kernel_->process_data(request_,
                               [](const std::string&, const Tensor&) { return Result<void>(); });
}

Result<Tensor> Runner::first_output() {
  Tensor output;
  GN_TRY(kernel_->process_data(request_, [&](const std::string&, const Tensor& tensor) {
    if (!output.is_defined()) output = tensor;
    return Result<void>();
  }));
  return output;
}

engine::PerceptionRequest request_for(std::shared_ptr<const perception::Model> model,
                                      perception::Shape shape, Kept kept) {
  const perception::Graph& graph = model->graph;
  engine::PerceptionRequest request;
  request.inputs[graph.at(graph.inputs[0]).name] = random_tensor(std::move(shape), 1);
  for (const perception::ValueId id : graph.outputs) request.keep.insert(graph.at(id).name);
  if (kept == Kept::kAll)
    for (const perception::Node& node : graph.nodes)
      for (const perception::ValueId id : node.outputs)
        if (id != perception::kNoValue) request.keep.insert(graph.at(id).name);
  request.use_cache = false;
  request.model = std::move(model);
  return request;
}

Tensor random_tensor(perception::Shape shape, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(shape.element_count()));
  for (float& value : values) value = normal(random);
  return Tensor::from<float>(std::move(shape), values);
}

}  // namespace geoneuron::bench
